package dev.caravan.scheduler.adapter.redis;

import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.ModelPolicy;
import dev.caravan.scheduler.app.PolicyCache;
import dev.caravan.scheduler.translation.PolicyMessages;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Mono;

/** One JSON value per model. */
public final class RedisPolicies implements PolicyCache {

    private final ReactiveStringRedisTemplate redis;

    public RedisPolicies(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    public Mono<Void> write(ModelRef model, ModelPolicy policy) {
        String json = WireJson.mapper().writeValueAsString(PolicyMessages.message(policy));
        return redis.opsForValue().set(Keys.POLICY + model.display(), json).then();
    }
}
