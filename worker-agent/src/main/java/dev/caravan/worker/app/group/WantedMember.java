package dev.caravan.worker.app.group;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.engine.MemberId;

/**
 * An RPC server that is to run for one head.
 *
 * @param group the replica id of the head
 * @param head the only agent that may open its link
 * @param firstLayer index of the first layer it will hold, at least 0
 * @param layers how many, the output counted as one, at least 1
 * @param memory it is planned to take
 */
public record WantedMember(
        MemberId id,
        ReplicaId group,
        ModelRef model,
        ModelDigest digest,
        AgentId head,
        int firstLayer,
        int layers,
        Continuation continuation,
        ByteSize memory) {

    public WantedMember {
        if (firstLayer < 0) {
            throw new IllegalArgumentException(
                    "firstLayer of member %s: %d (expected: >= 0)".formatted(id, firstLayer));
        }
        if (layers < 1) {
            throw new IllegalArgumentException(
                    "layers of member %s: %d (expected: >= 1)".formatted(id, layers));
        }
    }
}
