package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;

/** Starts engine processes, which die with this one. */
public interface Engines {

    /** What engines would be started from now; never blocks. */
    Availability availability();

    /**
     * Starts a process; blocks for as long as that takes, not until it is ready.
     *
     * @throws CaravanException {@code LOAD_FAILED}; names the binary and the way out
     */
    RunningEngine start(EngineSpec spec);

    /** Whether there is an engine on this host. */
    sealed interface Availability {
        record Found(EngineBuild build) implements Availability {}

        /** The text says what was looked for and how to get it. */
        record Missing(String fault) implements Availability {}
    }
}
