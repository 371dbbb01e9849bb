package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ByteSize;
import java.util.Optional;

/**
 * One process of a plan.
 *
 * @param span the layers it holds, the output counted as one; empty at a head that holds none
 * @param weights bytes of those layers
 * @param kv bytes of their cache
 * @param buffers bytes beside these; at a head the token embeddings too
 * @param free bytes its agent can give, what is evicted counted
 */
public record StagePlan(
        AgentId agent,
        Role role,
        Optional<LayerSpan> span,
        ByteSize weights,
        ByteSize kv,
        ByteSize buffers,
        ByteSize free) {

    /** What the process is in its group. */
    public enum Role {
        /** Takes the requests and reads the file; alone where the model is not split. */
        HEAD,
        /** An RPC server that lends its memory to the head. */
        MEMBER
    }

    public StagePlan {
        if (role == Role.MEMBER && span.isEmpty()) {
            throw new IllegalArgumentException(
                    "member on agent %s: no layers (expected: at least one)".formatted(agent));
        }
    }

    public ByteSize total() {
        return weights.plus(kv).plus(buffers);
    }
}
