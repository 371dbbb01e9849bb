package dev.caravan.scheduler.adapter.redis;

import dev.caravan.core.cluster.Version;
import dev.caravan.scheduler.app.ViewContent;
import dev.caravan.scheduler.app.ViewSink;
import dev.caravan.scheduler.translation.Views;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.time.InstantSource;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Mono;

/** The view as JSON under one key; a channel carries it when it changes. */
public final class RedisView implements ViewSink {

    private final ReactiveStringRedisTemplate redis;
    private final InstantSource clock;

    public RedisView(ReactiveStringRedisTemplate redis, InstantSource clock) {
        this.redis = redis;
        this.clock = clock;
    }

    @Override
    public Mono<Void> publish(Version version, ViewContent content, boolean announce) {
        String json =
                WireJson.mapper()
                        .writeValueAsString(Views.message(version, content, clock.millis()));
        Mono<Boolean> stored = redis.opsForValue().set(Keys.VIEW, json);
        return announce
                ? stored.then(redis.convertAndSend(Keys.VIEW_CHANNEL, json)).then()
                : stored.then();
    }
}
