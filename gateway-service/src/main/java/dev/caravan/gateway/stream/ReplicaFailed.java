package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.gateway.app.Loaded;

/** A replica did not answer, as opposed to: no replica was found. Stays within this package. */
final class ReplicaFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Loaded target;
    private final CaravanException fault;
    private final boolean repeatable;

    ReplicaFailed(Loaded target, CaravanException fault, boolean repeatable) {
        super(fault.getMessage(), fault, false, false);
        this.target = target;
        this.fault = fault;
        this.repeatable = repeatable;
    }

    Loaded target() {
        return target;
    }

    CaravanException fault() {
        return fault;
    }

    /** Whether another replica, or the same one later, may do better. */
    boolean repeatable() {
        return repeatable;
    }
}
