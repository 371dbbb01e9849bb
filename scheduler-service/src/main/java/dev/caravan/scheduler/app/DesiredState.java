package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.Version;
import java.util.List;

/** All engines an agent should run; what is not named is to end. */
public record DesiredState(AgentId agent, Version version, List<DesiredEngine> engines) {
    public DesiredState {
        engines = List.copyOf(engines);
    }
}
