package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where the others read what is known of each agent. */
public interface MemberRecords<R> {

    /**
     * Writes all members, announces the changed and removes the forgotten; an error where the place
     * is away.
     */
    Mono<Void> write(Judgement<R> judgement);

    /**
     * Agents that the scheduler leaves out of plans at present, with the reason; an error where the
     * place is away.
     */
    Mono<Map<AgentId, String>> leftOut();

    /** What was written before, perhaps by an earlier process. */
    Flux<AgentReading<R>> known();
}
