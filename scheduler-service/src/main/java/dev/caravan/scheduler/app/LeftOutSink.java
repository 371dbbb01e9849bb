package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Where people find which agents are left out of plans. */
public interface LeftOutSink {

    /** Replaces what was written before. */
    Mono<Void> write(Map<AgentId, LeftOut> agents);
}
