package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.util.Optional;

/**
 * A run of layers of a split replica, in the order of layers.
 *
 * @param agent whose memory holds them
 * @param address of that agent
 * @param member the RPC server that holds them; empty: the head's own process
 * @param layers how many, the output counted as one
 */
public record GroupStage(AgentId agent, String address, Optional<MemberId> member, int layers) {

    public GroupStage {
        if (layers < 1) {
            throw new IllegalArgumentException(
                    "stage on agent %s: %d layers (expected: >= 1)".formatted(agent, layers));
        }
    }
}
