package dev.caravan.scheduler.config;

import dev.caravan.scheduler.adapter.agent.HttpReports;
import dev.caravan.scheduler.adapter.redis.RedisRecords;
import dev.caravan.scheduler.app.AgentSources;
import dev.caravan.scheduler.app.AgentStatus;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Puts the two adapters behind one port. */
record RedisAndHttpSources(RedisRecords redis, HttpReports http) implements AgentSources {

    @Override
    public Mono<Records> records() {
        return redis.all();
    }

    @Override
    public Flux<AgentStatus> changes() {
        return redis.changes();
    }

    @Override
    public Flux<AgentStatus> askOthers(List<String> knownAddresses) {
        return http.askOthers(knownAddresses);
    }
}
