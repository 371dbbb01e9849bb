package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.ToldBefore;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.ReplicaHealth;

/** A replica did not answer, as opposed to: no replica was found. Stays within this package. */
final class ReplicaFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Loaded target;
    private final CaravanException fault;
    private final boolean repeatable;
    private final boolean saysOther;

    ReplicaFailed(Loaded target, CaravanException fault, boolean repeatable) {
        this(target, fault, repeatable, false);
    }

    private ReplicaFailed(
            Loaded target, CaravanException fault, boolean repeatable, boolean saysOther) {
        super(fault.getMessage(), fault, false, false);
        this.target = target;
        this.fault = fault;
        this.repeatable = repeatable;
        this.saysOther = saysOther;
    }

    /** It made an answer again that the client has a part of, and made another one. */
    static ReplicaFailed saysOther(Loaded target, ToldBefore.OtherText other) {
        var fault =
                new CaravanException(
                        FaultCode.UPSTREAM_FAILED, String.valueOf(other.getMessage()), other);
        return new ReplicaFailed(target, fault, true, true);
    }

    Loaded target() {
        return target;
    }

    CaravanException fault() {
        return fault;
    }

    /** Whether it is well and has only made another answer. */
    boolean saysOther() {
        return saysOther;
    }

    /** What it says of the replica. */
    ReplicaHealth.Outcome outcome() {
        return saysOther ? ReplicaHealth.Outcome.WELL : ReplicaHealth.Outcome.of(fault);
    }

    /** Whether another replica, or the same one later, may do better. */
    boolean repeatable() {
        return repeatable;
    }
}
