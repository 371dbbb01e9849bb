package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.AgentId;
import java.util.Optional;

/**
 * A run of layers in one process.
 *
 * @param agent whose memory holds them
 * @param address of that agent, {@code http://host:port}
 * @param member the RPC server that holds them; empty: the head's own process
 * @param layers how many, the output counted as one
 */
public record Stage(AgentId agent, String address, Optional<MemberId> member, int layers) {

    public Stage {
        if (layers < 1) {
            throw new IllegalArgumentException(
                    "layers of the stage on agent %s: %d (expected: >= 1)"
                            .formatted(agent, layers));
        }
    }
}
