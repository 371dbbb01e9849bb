package dev.caravan.scheduler.app;

import java.util.List;

/** What a wish for a policy led to. */
sealed interface PolicyOrder {

    /**
     * @param policy with its version
     * @param holders agents to be told
     */
    record Tell(ModelPolicy policy, List<AgentStatus> holders) implements PolicyOrder {
        public Tell {
            holders = List.copyOf(holders);
        }
    }

    record Refused(LoadOutcome.Failed failure) implements PolicyOrder {}

    record NotLeading() implements PolicyOrder {}
}
