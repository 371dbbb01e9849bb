package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Keeps what agents were told, so that the next leader knows of wishes that are on their way. */
public interface DesiredCopies {

    /** The copies of these agents; agents without one are left out. */
    Mono<Map<AgentId, DesiredState>> read(Set<AgentId> agents);

    Mono<Void> write(DesiredState state);
}
