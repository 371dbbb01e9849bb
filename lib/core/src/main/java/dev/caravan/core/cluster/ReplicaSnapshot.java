package dev.caravan.core.cluster;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;

/**
 * A loaded model that can answer.
 *
 * @param model the name it was loaded under; other names may share the digest
 * @param contextLength tokens of context one slot has
 * @param slots requests it runs at once
 * @param split whether its layers are held by several processes
 */
public record ReplicaSnapshot(
        ReplicaId id,
        AgentId agent,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        int slots,
        Continuation continuation,
        boolean split) {

    /** One whose layers are all in its engine. */
    public ReplicaSnapshot(
            ReplicaId id,
            AgentId agent,
            ModelRef model,
            ModelDigest digest,
            int contextLength,
            int slots,
            Continuation continuation) {
        this(id, agent, model, digest, contextLength, slots, continuation, false);
    }

    public ReplicaSnapshot {
        if (contextLength < 1 || slots < 1) {
            throw new IllegalArgumentException(
                    "replica %s: context %d, slots %d (expected: both >= 1)"
                            .formatted(id, contextLength, slots));
        }
    }
}
