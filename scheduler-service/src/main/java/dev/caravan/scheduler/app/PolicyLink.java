package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Mono;

/** Tells an agent the policy of a model it holds. */
public interface PolicyLink {

    /**
     * @param address where the agent is reached
     * @return whether the agent keeps it now; false where it has no such model or a newer policy;
     *     an error where no answer came
     */
    Mono<Boolean> offer(String address, ModelRef model, ModelPolicy policy);
}
