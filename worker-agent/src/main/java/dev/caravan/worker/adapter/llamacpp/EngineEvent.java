package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.Logprob;
import java.util.List;

/** One event of a streamed completion, plain or chat, as the engine says it. */
sealed interface EngineEvent {

    /** Prompt tokens evaluated so far; the ids beside them are of no token and left out. */
    record Prefill(int processed, int total) implements EngineEvent {}

    /**
     * @param made tokens made since the start, this event's included
     */
    record Token(String text, int[] ids, int made, List<Logprob> logprobs) implements EngineEvent {
        Token(String text, int[] ids, int made) {
            this(text, ids, made, List.of());
        }
    }

    /**
     * What a chat answer grows by.
     *
     * @param finish why it is over; empty while it is not
     */
    record Delta(
            String text,
            String thinking,
            List<CallDelta> calls,
            List<Logprob> logprobs,
            String finish)
            implements EngineEvent {}

    /**
     * What one tool call grows by; id and name come once.
     *
     * @param index among the calls of the answer
     */
    record CallDelta(int index, String id, String name, String arguments) {}

    /**
     * The last event.
     *
     * @param type none, eos, limit or word; empty where it was told before
     * @param cached prompt tokens from the cache
     * @param evaluated prompt tokens that were evaluated
     */
    record Stop(
            String text,
            String type,
            int made,
            int cached,
            int evaluated,
            double promptMillis,
            int answered,
            double answerMillis)
            implements EngineEvent {}

    /** The engine gave up; its own words. */
    record Broken(String message) implements EngineEvent {}
}
