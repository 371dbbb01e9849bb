package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.Version;
import java.util.List;

/**
 * All engines an agent should run, and all RPC servers it should lend; what is not named is to end.
 */
public record DesiredState(
        AgentId agent, Version version, List<DesiredEngine> engines, List<DesiredMember> members) {

    public DesiredState {
        engines = List.copyOf(engines);
        members = List.copyOf(members);
    }
}
