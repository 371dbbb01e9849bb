package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Where a model goes, whole or in parts, or why nowhere. */
public sealed interface FitPlan {

    /**
     * Whole on one agent.
     *
     * @param evict idle replicas that have to be gone before it starts, longest idle first
     */
    record Single(StagePlan whole, List<ReplicaId> evict) implements FitPlan {
        public Single {
            evict = List.copyOf(evict);
        }
    }

    /**
     * Over several processes.
     *
     * @param stages the head, then members in the order of layers; the spans tile the model
     * @param evict idle replicas that have to be gone before it starts, longest idle first
     */
    record Split(List<StagePlan> stages, List<ReplicaId> evict) implements FitPlan {
        public Split {
            stages = List.copyOf(stages);
            evict = List.copyOf(evict);
        }

        public StagePlan head() {
            return stages.getFirst();
        }
    }

    /**
     * It would fit on these agents if replicas that are busy or leaving were gone; nothing is to be
     * done but wait.
     */
    record Later(List<AgentId> agents, ByteSize need) implements FitPlan {
        public Later {
            agents = List.copyOf(agents);
        }
    }

    /**
     * It fits nowhere, not even alone.
     *
     * @param need bytes of all processes that come closest
     * @param shortfall bytes that are missing on them when all engines are gone
     * @param agents the ones that come closest
     * @param room bytes they could offer then
     * @param fittingContext the largest context that would fit; empty where none does
     */
    record NoFit(
            ByteSize need,
            ByteSize shortfall,
            List<AgentId> agents,
            ByteSize room,
            OptionalInt fittingContext)
            implements FitPlan {
        public NoFit {
            agents = List.copyOf(agents);
        }
    }

    /** It would fit if these agents had equal engines. */
    record Unlike(Map<EngineKind, List<AgentId>> engines) implements FitPlan {
        public Unlike {
            engines = Map.copyOf(engines);
        }
    }

    /**
     * There are not as many agents with equal engines as are wished for.
     *
     * @param agents the largest number of them, one of which has the file
     */
    record TooFew(int wished, List<AgentId> agents) implements FitPlan {
        public TooFew {
            agents = List.copyOf(agents);
        }
    }
}
