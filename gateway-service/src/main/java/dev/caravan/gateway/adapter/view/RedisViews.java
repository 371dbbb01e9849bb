package dev.caravan.gateway.adapter.view;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.mapping.WireViews;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;
import tools.jackson.core.JacksonException;

/**
 * Brings views from Redis: the channel tells at once, reading the key every two seconds finds what
 * a broken subscription missed. While Redis is away the newest view stays. Spring's first
 * connection blocks, also the first after an outage, hence the elastic threads.
 */
public final class RedisViews {

    private static final Logger log = LoggerFactory.getLogger(RedisViews.class);
    private static final Duration REREAD = Duration.ofSeconds(2);
    private static final Duration SOONEST_RETRY = Duration.ofMillis(200);

    private final ReactiveStringRedisTemplate redis;
    private final NewestView newest;
    private final ViewFile file;
    private final AtomicReference<@Nullable String> lastRead = new AtomicReference<>();
    private final Disposable.Composite running = Disposables.composite();

    public RedisViews(ReactiveStringRedisTemplate redis, NewestView newest, ViewFile file) {
        this.redis = redis;
        this.newest = newest;
        this.file = file;
    }

    public void start() {
        file.read().ifPresent(this::take);
        running.add(told().subscribe(this::received));
        running.add(read().subscribe(this::received));
    }

    public void stop() {
        running.dispose();
        file.close();
    }

    private Flux<String> told() {
        return Flux.defer(() -> redis.listenToChannel(Keys.VIEW_CHANNEL))
                .subscribeOn(Schedulers.boundedElastic())
                .map(message -> message.getMessage())
                .retryWhen(
                        Retry.backoff(Long.MAX_VALUE, SOONEST_RETRY)
                                .maxBackoff(REREAD)
                                .transientErrors(true));
    }

    private Flux<String> read() {
        return Flux.interval(Duration.ZERO, REREAD)
                .onBackpressureDrop()
                .concatMap(
                        tick ->
                                Mono.defer(() -> redis.opsForValue().get(Keys.VIEW))
                                        .subscribeOn(Schedulers.boundedElastic())
                                        .onErrorResume(away -> Mono.empty()),
                        1);
    }

    private void received(String json) {
        if (!json.equals(lastRead.getAndSet(json)) && take(json)) {
            file.keep(json);
        }
    }

    private boolean take(String json) {
        try {
            ClusterView view =
                    WireViews.view(WireJson.mapper().readValue(json, ClusterViewMessage.class));
            return newest.offer(view);
        } catch (JacksonException | IllegalArgumentException | NullPointerException broken) {
            log.atWarn().setCause(broken).log("view not understood; the one before stays");
            return false;
        }
    }
}
