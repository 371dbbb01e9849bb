package dev.caravan.gateway.adapter.breaker;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.gateway.app.ReplicaHealth;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A circuit breaker for each replica. It opens where half of the last ten requests failed, at least
 * five being known; after a pause it lets one request through, and closes again where that ends
 * well.
 */
public final class ReplicaBreakers implements ReplicaHealth {

    private static final int LAST = 10;
    private static final int KNOWN = 5;
    private static final float FAILED_PERCENT = 50;

    static final Duration PAUSE = Duration.ofSeconds(10);

    private final Clock clock;
    private final CircuitBreakerConfig config;
    private final Map<ReplicaId, ReplicaBreaker> replicas = new ConcurrentHashMap<>();

    public ReplicaBreakers(Clock clock) {
        this.clock = clock;
        this.config =
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(LAST)
                        .minimumNumberOfCalls(KNOWN)
                        .failureRateThreshold(FAILED_PERCENT)
                        .waitDurationInOpenState(PAUSE)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .writableStackTraceEnabled(false)
                        .build();
    }

    @Override
    public Map<ReplicaId, Standing> unwell() {
        Map<ReplicaId, Standing> unwell = new HashMap<>();
        replicas.forEach(
                (id, breaker) ->
                        breaker.standing().ifPresent(standing -> unwell.put(id, standing)));
        return unwell;
    }

    @Override
    public Call begin(ReplicaId replica) {
        return replicas.computeIfAbsent(replica, id -> new ReplicaBreaker(id, config, clock))
                .begin();
    }

    /** Forgets replicas that are gone. */
    public void follow(ClusterView view) {
        Set<ReplicaId> here =
                view.replicas().stream().map(ReplicaSnapshot::id).collect(Collectors.toSet());
        replicas.keySet().retainAll(here);
    }

    /** Breakers that let nothing through. */
    public long open() {
        return in(State.OPEN);
    }

    /** Breakers that try one request. */
    public long halfOpen() {
        return in(State.HALF_OPEN);
    }

    private long in(State state) {
        return replicas.values().stream().filter(breaker -> breaker.is(state)).count();
    }
}
