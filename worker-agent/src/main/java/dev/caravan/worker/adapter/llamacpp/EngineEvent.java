package dev.caravan.worker.adapter.llamacpp;

/** One event of a streamed completion, as the engine says it. */
sealed interface EngineEvent {

    /** Prompt tokens evaluated so far; its {@code tokens} are a placeholder and left out. */
    record Prefill(int processed, int total) implements EngineEvent {}

    /**
     * @param made tokens made since the start, this event's included
     */
    record Token(String text, int[] ids, int made) implements EngineEvent {}

    /**
     * The last event.
     *
     * @param type none, eos, limit or word
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
