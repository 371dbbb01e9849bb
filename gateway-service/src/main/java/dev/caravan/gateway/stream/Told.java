package dev.caravan.gateway.stream;

import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToolCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a client has of one answer, and the tokens it is made of. */
final class Told {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private List<Integer> promptIds = List.of();
    private int[] ids = new int[64];
    private int known;
    private boolean idsKnown = true;
    private int counted;

    /** An engine begins: from the prompt, or behind what it says. */
    void begun(RunFrame.Head head) {
        if (!head.promptIds().isEmpty()) {
            promptIds = head.promptIds();
        }
        head.resumed()
                .ifPresent(
                        how -> {
                            counted = how.tokens();
                            known = Math.min(known, how.tokens());
                            idsKnown &= how.byIds();
                        });
    }

    void add(RunFrame.Piece piece) {
        text.append(piece.text());
        thinking.append(piece.thinking());
        calls.addAll(piece.toolCalls());
        List<Integer> more = piece.ids();
        idsKnown &= piece.idsComplete();
        counted += Math.max(1, more.size());
        if (idsKnown) {
            if (known + more.size() > ids.length) {
                ids = Arrays.copyOf(ids, 2 * (known + more.size()));
            }
            for (int id : more) {
                ids[known++] = id;
            }
        }
    }

    /** Whether nothing was told: the answer may begin anew without anybody noticing. */
    boolean isNothing() {
        return text.isEmpty() && thinking.isEmpty() && calls.isEmpty();
    }

    /** Whether all its tokens are known. */
    boolean byIds() {
        return idsKnown && known > 0 && !promptIds.isEmpty();
    }

    /** Tokens, as far as they can be counted. */
    int tokens() {
        return counted;
    }

    String text() {
        return text.toString();
    }

    String thinking() {
        return thinking.toString();
    }

    List<ToolCall> calls() {
        return List.copyOf(calls);
    }

    int[] ids() {
        return Arrays.copyOf(ids, known);
    }

    ResumePoint point() {
        return new ResumePoint(
                promptIds,
                byIds() ? Arrays.stream(ids, 0, known).boxed().toList() : List.of(),
                text(),
                thinking(),
                counted);
    }
}
