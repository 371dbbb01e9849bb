package dev.caravan.platform;

import java.util.Optional;

/** Whether this process leads a role at the moment. */
@FunctionalInterface
public interface Leadership {

    /**
     * The epoch of this term, in milliseconds since 1970 or above; empty where another process
     * leads, or nobody can tell. Never blocks. Each term's epoch is higher than the ones before.
     */
    Optional<Long> epoch();
}
