package dev.caravan.health.app;

import java.time.Instant;

/**
 * How a gateway found an agent that failed it.
 *
 * @param gateway names it, for people
 */
public record Sighting(String gateway, Kind kind, Instant at) {

    /** How it failed. */
    public enum Kind {
        REFUSED("the connection was refused"),
        UNREACHABLE("no connection came about"),
        SILENT("it was silent"),
        /** Perhaps the engine alone: that the agent answers us is then no contradiction. */
        BROKEN("an answer broke off");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** What it saw, for people. */
    String words() {
        return kind.words;
    }
}
