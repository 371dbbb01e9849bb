package dev.caravan.core.run;

import java.time.Duration;

/** How long a model stays loaded after its last request. */
public sealed interface KeepAlive {

    /** Nothing said: the duration that holds already, else the default. */
    record Unset() implements KeepAlive {}

    record For(Duration duration) implements KeepAlive {
        public For {
            if (duration.isNegative()) {
                throw new IllegalArgumentException(
                        "keep-alive: " + duration + " (expected: >= 0, or Forever)");
            }
        }
    }

    record Forever() implements KeepAlive {}
}
