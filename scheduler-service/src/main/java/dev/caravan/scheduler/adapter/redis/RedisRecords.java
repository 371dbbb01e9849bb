package dev.caravan.scheduler.adapter.redis;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.scheduler.app.AgentSources.Records;
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.translation.Reports;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** What the health service writes of agents. */
public final class RedisRecords {

    private static final Logger log = LoggerFactory.getLogger(RedisRecords.class);
    private static final Duration RESUBSCRIBE = Duration.ofMillis(500);

    private final ReactiveStringRedisTemplate redis;

    public RedisRecords(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    /** All records; an error where Redis does not answer. */
    public Mono<Records> all() {
        return redis.opsForSet()
                .members(Keys.AGENTS)
                .collectList()
                .flatMap(
                        ids ->
                                records(ids)
                                        .map(
                                                found ->
                                                        new Records(
                                                                ids.stream()
                                                                        .map(AgentId::new)
                                                                        .collect(
                                                                                Collectors.toSet()),
                                                                found)));
    }

    private Mono<List<AgentStatus>> records(List<String> ids) {
        if (ids.isEmpty()) {
            return Mono.just(List.of());
        }
        return redis.opsForValue()
                .multiGet(ids.stream().map(id -> Keys.AGENT + id).toList())
                .map(values -> values.stream().flatMap(json -> read(json).stream()).toList());
    }

    /**
     * Each record that changes; begins and goes on by itself when Redis was away, and does not end.
     */
    public Flux<AgentStatus> changes() {
        // asking to listen connects at once, and waits for it
        return Flux.defer(() -> redis.listenToChannel(Keys.AGENT_CHANNEL))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(message -> one(message.getMessage()))
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RESUBSCRIBE));
    }

    private Mono<AgentStatus> one(String id) {
        return redis.opsForValue()
                .get(Keys.AGENT + id)
                .flatMap(json -> Mono.justOrEmpty(read(json)))
                .onErrorComplete();
    }

    /** One bad record must not hide the others. */
    private static Optional<AgentStatus> read(@Nullable String json) {
        if (json == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    Reports.status(WireJson.mapper().readValue(json, AgentRecord.class)));
        } catch (RuntimeException unreadable) {
            log.atWarn().addKeyValue("reason", unreadable.toString()).log("agent record skipped");
            return Optional.empty();
        }
    }
}
