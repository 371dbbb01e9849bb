package dev.caravan.engine.source;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * One place that llama.cpp can come from. Sources are asked in order; the first that has it wins.
 */
public interface EngineSource {

    /**
     * Looks on this machine only.
     *
     * @return empty if this source has no engine here
     * @throws EngineException if it should have one and has not
     */
    Optional<FoundEngine> find();

    /** A source that can fetch an engine that is not on this machine yet. */
    interface Installable extends EngineSource {

        /** What it fetches, in words for people: {@code Debian packages}. */
        String label();

        /**
         * Fetches the engine; takes seconds to minutes. What was there is replaced whole or stays.
         *
         * @param progress gets one line for people at each step
         * @throws EngineException if it cannot be had; nothing is left behind
         */
        FoundEngine install(Consumer<String> progress);

        /** Removes what {@link #install} fetched, for an engine that turned out not to work. */
        void discard();
    }
}
