package dev.caravan.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * Renews the leases of this process's roles and gives them up at its end: as a lifecycle, since
 * Redis's connections are stopped before beans are destroyed.
 */
final class RedisLeaderships implements LeadershipFactory, SmartLifecycle {

    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final ReactiveStringRedisTemplate redis;
    private final InstantSource clock;
    private final LongSupplier nanoTicker;
    private final MeterRegistry meters;
    private final String holder = UUID.randomUUID().toString();
    private final List<RedisLeadership> roles = new CopyOnWriteArrayList<>();
    private final Disposable.Composite renewals = Disposables.composite();
    private volatile boolean running;

    RedisLeaderships(
            ReactiveStringRedisTemplate redis,
            InstantSource clock,
            LongSupplier nanoTicker,
            MeterRegistry meters) {
        this.redis = redis;
        this.clock = clock;
        this.nanoTicker = nanoTicker;
        this.meters = meters;
    }

    @Override
    public Leadership lead(String role, LongSupplier epochFloor) {
        var leadership = new RedisLeadership(role, holder, epochFloor, redis, clock, nanoTicker);
        roles.add(leadership);
        Gauge.builder(
                        PlatformMetric.LEADER.id(),
                        leadership,
                        held -> held.epoch().isPresent() ? 1 : 0)
                .description(PlatformMetric.LEADER.description())
                .tag("role", role)
                .register(meters);
        renewals.add(
                Flux.interval(Duration.ZERO, RedisLeadership.RENEWAL)
                        .onBackpressureDrop()
                        .concatMap(tick -> leadership.renew(), 1)
                        .subscribe());
        return leadership;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void stop() {
        running = false;
        renewals.dispose();
        Flux.fromIterable(roles)
                .flatMap(RedisLeadership::giveUp)
                .then()
                .timeout(FAREWELL)
                .onErrorComplete()
                .block();
    }
}
