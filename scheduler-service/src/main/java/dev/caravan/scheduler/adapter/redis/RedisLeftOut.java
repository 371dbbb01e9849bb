package dev.caravan.scheduler.adapter.redis;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.scheduler.app.LeftOut;
import dev.caravan.scheduler.app.LeftOutSink;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LeftOutMessage;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Mono;

/** One JSON value that goes when the longest of them is over. */
public final class RedisLeftOut implements LeftOutSink {

    private final ReactiveStringRedisTemplate redis;
    private final InstantSource clock;

    public RedisLeftOut(ReactiveStringRedisTemplate redis, InstantSource clock) {
        this.redis = redis;
        this.clock = clock;
    }

    @Override
    public Mono<Void> write(Map<AgentId, LeftOut> agents) {
        long until = agents.values().stream().mapToLong(LeftOut::until).max().orElse(0);
        long left = until - clock.millis();
        if (left <= 0) {
            return redis.delete(Keys.LEFT_OUT).then();
        }
        LeftOutMessage message =
                new LeftOutMessage(
                        agents.entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(
                                        each ->
                                                new LeftOutMessage.Agent(
                                                        each.getKey().value(),
                                                        each.getValue().until(),
                                                        each.getValue().reason()))
                                .toList());
        return redis.opsForValue()
                .set(
                        Keys.LEFT_OUT,
                        WireJson.mapper().writeValueAsString(message),
                        Duration.ofMillis(left))
                .then();
    }
}
