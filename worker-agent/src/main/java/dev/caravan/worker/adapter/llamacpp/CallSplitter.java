package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.RunFrame;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** Tells calls of tools from an answer's text, in its frames; token ids stay where they were. */
final class CallSplitter {

    private final CallReader reader;
    private long next;

    private CallSplitter(CallReader reader) {
        this.reader = reader;
    }

    /**
     * @param tag what calls begin with; empty: with their JSON
     * @param tools names of those that may be called
     */
    static Flux<RunFrame> split(Flux<RunFrame> frames, Optional<String> tag, List<String> tools) {
        return Flux.defer(
                () -> {
                    CallSplitter splitter = new CallSplitter(new CallReader(tag, tools));
                    return frames.concatMapIterable(splitter::accept);
                });
    }

    private List<RunFrame> accept(RunFrame frame) {
        return switch (frame) {
            case RunFrame.Piece piece -> {
                CallReader.Told told = reader.accept(piece.text());
                next = piece.sequence() + 1;
                yield List.of(
                        new RunFrame.Piece(
                                piece.sequence(),
                                told.content(),
                                piece.ids(),
                                piece.idsComplete(),
                                piece.thinking(),
                                told.calls(),
                                piece.logprobs()));
            }
            case RunFrame.End end -> {
                String rest = reader.rest();
                yield rest.isEmpty()
                        ? List.of(end)
                        : List.of(new RunFrame.Piece(next, rest, List.of(), true), end);
            }
            default -> List.of(frame);
        };
    }
}
