package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.run.KeepAlive;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * One load for each model and context that is needed, however many wait for it. Who avoids replicas
 * shares a load only with those who avoid the same: the others' load may end in one of these.
 *
 * <p>An answer that is "ready" and yet asked for again at once named a replica that does not
 * answer: the scheduler has not heard of its end. Such repetitions are held back, each twice as
 * long as the one before, so that they wait for the news instead of filling the log. Whoever leaves
 * or is served meanwhile asks for no load any more.
 */
public final class ColdStarts {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private record Key(ModelDigest digest, int contextLength, Set<ReplicaId> avoided) {}

    private record Earlier(Instant readyAt, Duration nextPause) {}

    private final ModelLoader loader;
    private final Duration patience;
    private final KeepAlive keepAlive;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Map<Key, Mono<Loaded>> running = new ConcurrentHashMap<>();
    private final Map<Key, Earlier> earlier = new ConcurrentHashMap<>();

    /**
     * @param patience how long a load may be pending before it is given up
     * @param keepAlive of a wish that does not say
     */
    public ColdStarts(
            ModelLoader loader,
            Duration patience,
            KeepAlive keepAlive,
            InstantSource clock,
            Scheduler scheduler) {
        this.loader = loader;
        this.patience = patience;
        this.keepAlive = keepAlive;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** The replica that a load makes; joins the load that is running, if there is one. */
    public Mono<Loaded> load(LoadWish wish) {
        Key key = new Key(wish.digest(), wish.contextLength(), wish.avoided());
        Mono<Loaded> shared =
                Mono.defer(() -> running.computeIfAbsent(key, absent -> start(key, wish)));
        return Mono.defer(
                () -> {
                    Duration pause = running.containsKey(key) ? Duration.ZERO : pause(key);
                    return pause.isZero() ? shared : shared.delaySubscription(pause, scheduler);
                });
    }

    private Mono<Loaded> start(Key key, LoadWish wish) {
        return Mono.defer(() -> loader.load(wish.orElse(keepAlive), patience))
                // not on the thread of whoever asks
                .delaySubscription(Duration.ZERO, scheduler)
                .doOnNext(loaded -> ready(key))
                // before anyone hears of it, so that whoever asks again starts a new load
                .doOnTerminate(() -> running.remove(key))
                .cache();
    }

    private Duration pause(Key key) {
        Instant now = clock.instant();
        earlier.values().removeIf(last -> now.isAfter(last.readyAt().plus(FORGOTTEN_AFTER)));
        Earlier last = earlier.get(key);
        Duration left =
                last == null
                        ? Duration.ZERO
                        : Duration.between(now, last.readyAt().plus(last.nextPause()));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void ready(Key key) {
        earlier.merge(
                key,
                new Earlier(clock.instant(), FIRST_PAUSE),
                (before, now) -> new Earlier(now.readyAt(), doubled(before.nextPause())));
    }

    private static Duration doubled(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
