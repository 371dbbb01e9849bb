package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The ways to hear of agents, beside what they tell by themselves. */
public interface AgentSources {

    /**
     * All that the health service has written.
     *
     * @param listed agents it knows, also those whose record has run out
     */
    record Records(Set<AgentId> listed, List<AgentStatus> agents) {}

    Mono<Records> records();

    /** A record whenever the health service changes one; does not end. */
    Flux<AgentStatus> changes();

    /**
     * Asks agents that discovery names at other addresses than these; those that do not answer are
     * left out.
     */
    Flux<AgentStatus> askOthers(List<String> knownAddresses);
}
