package dev.caravan.core.placement;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;

/**
 * An engine that holds memory of an agent, or has been promised it.
 *
 * @param need what it may grow to
 * @param resident what it has taken of that so far; what is missing is promised
 * @param idleSince milliseconds since 1970; the order in which idle engines are given up, ignored
 *     for others
 */
public record HeldEngine(
        ReplicaId replica, ByteSize need, ByteSize resident, Use use, long idleSince) {

    /** Whether its memory can be had. */
    public enum Use {
        /** Ready, with no request running: may be given up. */
        IDLE,
        /** Loading, or answering: never given up, but idle one day. */
        BUSY,
        /** Told to end: its memory is free when it has. */
        LEAVING
    }

    /** Bytes it was promised and has not taken yet. */
    long outstanding() {
        return need.minusOrZero(resident).bytes();
    }

    /** Bytes that are free once it is gone. */
    long hold() {
        return resident.bytes() + outstanding();
    }
}
