package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.placement.StagePlan;
import java.util.List;

/** What is to be done for a load now. */
sealed interface Plan {

    /**
     * @param stages one where the model stays whole; else the head first
     * @param evict idle replicas that have to go first
     */
    record Go(List<StagePlan> stages, List<ReplicaId> evict) implements Plan {
        public Go {
            stages = List.copyOf(stages);
            evict = List.copyOf(evict);
        }
    }

    /** Somebody busy or leaving holds the memory; plan again when something changes. */
    record Wait(List<AgentId> agents) implements Plan {
        public Wait {
            agents = List.copyOf(agents);
        }
    }

    record No(LoadOutcome.Failed failure) implements Plan {}
}
