package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.placement.LayerSpan;

/**
 * An RPC server as its agent reports it.
 *
 * @param group the replica id of the head it serves
 * @param span the layers it holds, the output counted as one
 * @param fault why it failed or ended, with its last lines; empty where it did not
 */
public record MemberStatus(
        MemberId id,
        ReplicaId group,
        ModelRef model,
        ModelDigest digest,
        ReplicaStatus.Phase phase,
        LayerSpan span,
        ByteSize resident,
        String fault) {

    /** Wished for and not ended. */
    boolean lives() {
        return phase == ReplicaStatus.Phase.LOADING || phase == ReplicaStatus.Phase.READY;
    }

    boolean ended() {
        return phase == ReplicaStatus.Phase.EXITED || phase == ReplicaStatus.Phase.FAILED;
    }
}
