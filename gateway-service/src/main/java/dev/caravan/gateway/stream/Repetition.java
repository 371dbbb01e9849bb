package dev.caravan.gateway.stream;

import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToldBefore;
import dev.caravan.core.run.ToldBefore.OtherText;
import dev.caravan.core.run.ToolCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares an answer that is made again from its prompt with what the client has, and leaves that
 * out.
 */
final class Repetition {

    private final ToldBefore texts;
    private final List<ToolCall> calls;
    private final int[] ids;
    private int compared;
    private boolean same;

    Repetition(Told told) {
        this.texts = new ToldBefore(told.thinking(), told.text());
        this.calls = new ArrayList<>(told.calls());
        this.ids = told.ids();
        this.same = told.byIds();
    }

    /**
     * What of the piece the client does not have yet.
     *
     * @throws OtherText where the answer is another one this time
     */
    RunFrame.Piece beyond(RunFrame.Piece piece) {
        compare(piece);
        RunFrame.Piece rest = texts.beyond(piece);
        List<ToolCall> more = new ArrayList<>();
        for (ToolCall call : piece.toolCalls()) {
            if (calls.isEmpty()) {
                more.add(call);
            } else {
                mustBe(calls.removeFirst(), call);
            }
        }
        return new RunFrame.Piece(
                rest.sequence(),
                rest.text(),
                rest.ids(),
                rest.idsComplete(),
                rest.thinking(),
                more,
                rest.logprobs());
    }

    /** Whether the client has nothing more that was not made again. */
    boolean isOver() {
        return texts.isOver() && calls.isEmpty();
    }

    /** Whether each token that the client has was made again. */
    boolean isSame() {
        return same && compared >= ids.length;
    }

    /**
     * @throws OtherText where the client has more than was made again
     */
    void ended() {
        texts.ended();
        if (!calls.isEmpty()) {
            throw new OtherText(calls.getFirst().name(), "");
        }
    }

    private void compare(RunFrame.Piece piece) {
        same &= piece.idsComplete();
        for (int id : piece.ids()) {
            if (compared < ids.length) {
                same &= ids[compared++] == id;
            }
        }
    }

    /** Each call has an id of its own each time it is made. */
    private static void mustBe(ToolCall told, ToolCall again) {
        if (!told.name().equals(again.name()) || !told.arguments().equals(again.arguments())) {
            throw new OtherText(told.name() + told.arguments(), again.name() + again.arguments());
        }
    }
}
