package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import java.util.List;

/** What is to be done for a load now. */
sealed interface Plan {

    /**
     * @param evict idle replicas of that host that have to go first
     * @param continuation the model's policy on that agent
     */
    record Go(AgentId agent, List<ReplicaId> evict, Continuation continuation) implements Plan {}

    /** Somebody busy or leaving holds the memory; plan again when something changes. */
    record Wait(AgentId agent) implements Plan {}

    record No(LoadOutcome.Failed failure) implements Plan {}
}
