package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.TokenIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Turns one answer's events into frames whose ids are all the tokens made.
 *
 * <p>The engine's stream has a hole: where several tokens make up one character it holds them back
 * and then tells the last id alone. The hole shows, as {@code made} grows by more than the ids
 * told, and it is filled by tokenizing the character: where that gives as many ids as are missing,
 * ending in the one that was told, they are taken; otherwise the piece says that its ids are not
 * complete. Measured on SPM and BPE vocabularies it gives the true ids for é, 中 and 😀.
 *
 * <p>The token that ends an answer (eos) comes as an event without text. It is no part of the
 * answer, and nothing may be resumed behind it, so an event without text waits for the next one.
 */
final class FrameAssembler implements AnswerAssembler {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Function<String, Mono<int[]>> tokenizer;
    private EngineEvent.@Nullable Token silent;
    private long sequence;
    private int made;
    private boolean ended;

    /**
     * @param tokenizer ids of a text, without special tokens
     */
    FrameAssembler(Function<String, Mono<int[]>> tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public Publisher<RunFrame> accept(EngineEvent event) {
        return switch (event) {
            case EngineEvent.Prefill(int processed, int total) ->
                    Mono.just(new RunFrame.Progress(processed, total));
            case EngineEvent.Token token -> token(token);
            case EngineEvent.Stop stop -> Flux.fromIterable(stop(stop));
            case EngineEvent.Broken(String message) -> Mono.just(broken(message));
            case EngineEvent.Delta _ -> Mono.empty();
        };
    }

    private RunFrame broken(String message) {
        ended = true;
        return new RunFrame.Fail(FaultCode.UPSTREAM_FAILED, "engine: " + message, true);
    }

    private Publisher<RunFrame> token(EngineEvent.Token token) {
        EngineEvent.Token before = silent;
        int missing = token.made() - made - token.ids().length;
        made = token.made();
        if (missing > 0) {
            silent = null;
            return before == null
                    ? cured(token, missing)
                    : Flux.concat(Mono.just(piece(before)), cured(token, missing));
        }
        if (token.text().isEmpty()) {
            silent = token;
            return before == null ? Mono.empty() : Mono.just(piece(before));
        }
        silent = null;
        return before == null ? Mono.just(piece(token)) : Flux.just(piece(before), piece(token));
    }

    private Mono<RunFrame> cured(EngineEvent.Token token, int missing) {
        int[] told = token.ids();
        return tokenizer
                .apply(token.text())
                .filter(ids -> isCure(ids, told, missing))
                .map(ids -> piece(token, ids, true))
                .onErrorComplete()
                .switchIfEmpty(Mono.fromSupplier(() -> piece(token, told, false)));
    }

    private static boolean isCure(int[] ids, int[] told, int missing) {
        return ids.length == missing + told.length
                && Arrays.equals(ids, missing, ids.length, told, 0, told.length);
    }

    private List<RunFrame> stop(EngineEvent.Stop stop) {
        List<RunFrame> frames = new ArrayList<>(2);
        EngineEvent.Token before = silent;
        if (before != null && !stop.type().equals("eos")) {
            frames.add(piece(before));
        }
        silent = null;
        // An answer that ends within a character ends with ids that are never told.
        boolean complete = stop.made() <= made;
        if (!stop.text().isEmpty() || !complete) {
            frames.add(piece(stop.text(), new int[0], complete, List.of()));
        }
        frames.add(end(stop, stop.type().equals("limit")));
        ended = true;
        return frames;
    }

    static RunFrame.End end(EngineEvent.Stop stop, boolean limited) {
        return new RunFrame.End(
                limited ? RunFrame.EndReason.LENGTH : RunFrame.EndReason.STOP,
                stop.cached() + stop.evaluated(),
                stop.cached(),
                millis(stop.promptMillis()),
                stop.answered(),
                millis(stop.answerMillis()));
    }

    private static Duration millis(double millis) {
        return Duration.ofNanos(Math.round(millis * NANOS_PER_MILLI));
    }

    private RunFrame piece(EngineEvent.Token token) {
        return piece(token, token.ids(), true);
    }

    private RunFrame piece(EngineEvent.Token token, int[] ids, boolean complete) {
        return piece(token.text(), ids, complete, token.logprobs());
    }

    private RunFrame piece(String text, int[] ids, boolean complete, List<Logprob> logprobs) {
        return new RunFrame.Piece(
                sequence++, text, TokenIds.list(ids), complete, "", List.of(), logprobs);
    }
}
