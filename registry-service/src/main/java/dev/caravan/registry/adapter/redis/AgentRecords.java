package dev.caravan.registry.adapter.redis;

import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** The health service's records, as they change. */
public final class AgentRecords {

    private static final Logger LOG = LoggerFactory.getLogger(AgentRecords.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ReactiveStringRedisTemplate redis;

    public AgentRecords(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    /** Each record that is announced as changed; goes on by itself after an outage of Redis. */
    public Flux<AgentRecord> changes() {
        return Flux.defer(() -> redis.listenToChannel(Keys.AGENT_CHANNEL))
                .concatMap(message -> read(List.of(message.getMessage())).onErrorComplete())
                .repeatWhen(ends -> ends.delayElements(RETRY))
                .onErrorResume(failure -> Mono.delay(RETRY).thenMany(Flux.defer(this::changes)));
    }

    /** All records there are. */
    public Flux<AgentRecord> all() {
        return redis.opsForSet()
                .members(Keys.AGENTS)
                .collectList()
                .filter(ids -> !ids.isEmpty())
                .flatMapMany(this::read);
    }

    private Flux<AgentRecord> read(List<String> ids) {
        return redis.opsForValue()
                .multiGet(ids.stream().map(id -> Keys.AGENT + id).toList())
                .flatMapIterable(values -> values)
                .filter(value -> value != null && !value.isEmpty())
                .concatMap(AgentRecords::parse);
    }

    private static Mono<AgentRecord> parse(String json) {
        try {
            return Mono.just(WireJson.mapper().readValue(json, AgentRecord.class));
        } catch (JacksonException unreadable) {
            LOG.atWarn().addKeyValue("fault", unreadable.getMessage()).log("agent record skipped");
            return Mono.empty();
        }
    }
}
