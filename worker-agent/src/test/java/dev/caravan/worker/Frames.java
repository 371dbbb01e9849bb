package dev.caravan.worker;

import dev.caravan.wire.Frame;
import dev.caravan.wire.ToolCall;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What an answer's frames say in all. */
final class Frames {

    private Frames() {}

    static List<Frame.Piece> pieces(List<Frame> frames) {
        return frames.stream()
                .filter(Frame.Piece.class::isInstance)
                .map(Frame.Piece.class::cast)
                .toList();
    }

    static String text(List<Frame> frames) {
        return joined(frames, Frame.Piece::text);
    }

    static String thinking(List<Frame> frames) {
        return joined(frames, Frame.Piece::thinking);
    }

    static List<ToolCall> calls(List<Frame> frames) {
        return pieces(frames).stream().flatMap(piece -> piece.toolCalls().stream()).toList();
    }

    static List<Integer> ids(List<Frame> frames) {
        return pieces(frames).stream()
                .flatMap(piece -> Arrays.stream(piece.ids()).boxed())
                .toList();
    }

    private static String joined(List<Frame> frames, Function<Frame.Piece, String> part) {
        return pieces(frames).stream().map(part).collect(Collectors.joining());
    }
}
