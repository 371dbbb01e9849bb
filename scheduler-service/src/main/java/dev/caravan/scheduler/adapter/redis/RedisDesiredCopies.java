package dev.caravan.scheduler.adapter.redis;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.scheduler.app.DesiredCopies;
import dev.caravan.scheduler.app.DesiredState;
import dev.caravan.scheduler.translation.Wishes;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.util.Map;
import java.util.Set;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One JSON value per agent. */
public final class RedisDesiredCopies implements DesiredCopies {

    private final ReactiveStringRedisTemplate redis;

    public RedisDesiredCopies(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    public Mono<Map<AgentId, DesiredState>> read(Set<AgentId> agents) {
        return Flux.fromIterable(agents).flatMap(this::read).collectMap(DesiredState::agent);
    }

    private Mono<DesiredState> read(AgentId agent) {
        return redis.opsForValue()
                .get(Keys.DESIRED + agent)
                .map(json -> WireJson.mapper().readValue(json, DesiredEngines.class))
                .map(message -> Wishes.state(agent, message));
    }

    @Override
    public Mono<Void> write(DesiredState state) {
        String json = WireJson.mapper().writeValueAsString(Wishes.message(state));
        return redis.opsForValue().set(Keys.DESIRED + state.agent(), json).then();
    }
}
