package dev.caravan.scheduler.app;

/** What a demand led to. */
sealed interface Asked {

    /** Nothing to wait for. */
    record Settled(LoadOutcome outcome) implements Asked {}

    /** The outcome of this load is the demand's. */
    record Joined(Load load) implements Asked {}
}
