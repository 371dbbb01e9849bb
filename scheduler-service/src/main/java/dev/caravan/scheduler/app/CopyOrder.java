package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;

/**
 * A model's file that an agent is to take over from others.
 *
 * @param address of the agent
 * @param holders addresses of agents that have it, at least one
 */
public record CopyOrder(
        AgentId agent, String address, ModelRef model, ModelDigest digest, List<String> holders) {

    public CopyOrder {
        holders = List.copyOf(holders);
    }
}
