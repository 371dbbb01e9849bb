package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.Map;
import java.util.Optional;

/** What a load would do. */
public sealed interface PlanAnswer {

    /**
     * @param contextLength tokens of context of each slot
     * @param fit what would go where
     * @param reason why nothing would be done now; empty where something would
     * @param agents by id
     * @param leftOut agents that are not used at present, with the reason
     * @param standby empty where the policy wishes for none
     */
    record Answered(
            ModelRef model,
            ModelDigest digest,
            int contextLength,
            int slots,
            Continuation continuation,
            Fit fit,
            Optional<LoadOutcome.Failed> reason,
            Map<AgentId, AgentSnapshot> agents,
            Map<AgentId, String> leftOut,
            Optional<Standby> standby)
            implements PlanAnswer {
        public Answered {
            agents = Map.copyOf(agents);
            leftOut = Map.copyOf(leftOut);
        }
    }

    record Unknown(ModelRef model) implements PlanAnswer {}

    record NotLeading() implements PlanAnswer {}
}
