package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import reactor.core.publisher.Mono;

/** Tells an agent what it should run. */
public interface AgentLink {

    /** What the agent made of it. */
    sealed interface Answer {
        record Accepted(Version held) implements Answer {}

        /** The agent holds a higher version. */
        record Refused(Version held) implements Answer {}
    }

    /**
     * @param address where the agent is reached
     * @return an error where no answer came
     */
    Mono<Answer> offer(String address, DesiredState state);
}
