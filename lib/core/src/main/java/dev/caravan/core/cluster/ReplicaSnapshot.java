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
 */
public record ReplicaSnapshot(
        ReplicaId id,
        AgentId agent,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        int slots,
        Continuation continuation) {

    public ReplicaSnapshot {
        if (contextLength < 1 || slots < 1) {
            throw new IllegalArgumentException(
                    "replica %s: context %d, slots %d (expected: both >= 1)"
                            .formatted(id, contextLength, slots));
        }
    }
}
