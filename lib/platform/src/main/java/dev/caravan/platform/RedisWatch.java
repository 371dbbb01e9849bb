package dev.caravan.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Tells whether Redis answers, with one log line a change. */
public final class RedisWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RedisWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final ReactiveStringRedisTemplate redis;
    private final AtomicBoolean up = new AtomicBoolean(true);
    private final Sinks.Empty<Void> end = Sinks.empty();
    private volatile boolean running;

    RedisWatch(ReactiveStringRedisTemplate redis, MeterRegistry meters) {
        this.redis = redis;
        Gauge.builder(PlatformMetric.REDIS_UP.id(), up, state -> state.get() ? 1 : 0)
                .description(PlatformMetric.REDIS_UP.description())
                .register(meters);
    }

    /** Whether Redis answered when it was last asked; true at first. */
    public boolean up() {
        return up.get();
    }

    @Override
    public void start() {
        running = true;
        Flux.interval(Duration.ZERO, INTERVAL)
                .onBackpressureDrop()
                .takeUntilOther(end.asMono())
                .concatMap(tick -> ask(), 1)
                .subscribe();
    }

    private Mono<Void> ask() {
        return redis.execute(ReactiveRedisConnection::ping)
                // the first connection, also the first after an outage, is made by a blocking call
                .subscribeOn(Schedulers.boundedElastic())
                .then()
                .doOnSuccess(pong -> settle(true, ""))
                .onErrorResume(
                        failure -> {
                            settle(false, String.valueOf(failure.getMessage()));
                            return Mono.empty();
                        });
    }

    private void settle(boolean answers, String reason) {
        if (running && up.compareAndSet(!answers, answers)) {
            if (answers) {
                LOG.atInfo().log("redis answers again");
            } else {
                LOG.atWarn().addKeyValue("reason", reason).log("redis does not answer");
            }
        }
    }

    /** Before Redis's connections are stopped, whose end would be told as an outage. */
    @Override
    public void stop() {
        running = false;
        end.tryEmitEmpty();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
