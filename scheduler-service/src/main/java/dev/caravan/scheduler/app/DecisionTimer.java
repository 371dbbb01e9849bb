package dev.caravan.scheduler.app;

/** Measures how long a demand's decision takes. */
public interface DecisionTimer {

    /** Runs the decision at once, on this thread. */
    void time(Runnable decision);
}
