package dev.caravan.health.app;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where the others read what is known of each agent. */
public interface MemberRecords<R> {

    /**
     * Writes all members, announces the changed and removes the forgotten; an error where the place
     * is away.
     */
    Mono<Void> write(Judgement<R> judgement);

    /** What was written before, perhaps by an earlier process. */
    Flux<AgentReading<R>> known();
}
