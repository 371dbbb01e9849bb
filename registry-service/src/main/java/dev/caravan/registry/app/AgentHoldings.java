package dev.caravan.registry.app;

import dev.caravan.core.cluster.AgentId;
import java.util.List;

/**
 * All that one agent holds, by one of its reports.
 *
 * @param startedAt milliseconds since 1970, when the agent's process started
 * @param sequence grows with each report of that process
 * @param up whether the agent is there; a silent one still is until the health service says
 *     otherwise
 */
public record AgentHoldings<D>(
        AgentId agent, long startedAt, long sequence, boolean up, List<Holding<D>> models) {

    public AgentHoldings {
        models = List.copyOf(models);
    }

    /** Of two with the same report, the later told holds: its verdict may be another. */
    boolean olderThan(AgentHoldings<D> known) {
        return startedAt != known.startedAt
                ? startedAt < known.startedAt
                : sequence < known.sequence;
    }
}
