package dev.caravan.platform;

import dev.caravan.wire.Keys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import reactor.core.publisher.Mono;

/**
 * One role's lease in Redis. It is asked for, or renewed, each second and lasts five; a holder that
 * was not told "yours" for three stops acting, so it has stopped before another can begin, also
 * when Redis is frozen. The three seconds count from when the question was sent, since Redis may
 * have answered any time after that, and by a clock that nobody sets.
 *
 * <p>A Redis that comes back empty may hand the lease to another while the old holder still acts,
 * for at most those three seconds. The epochs fence that: the later term has the higher one.
 */
final class RedisLeadership implements Leadership {

    static final Duration LEASE = Duration.ofSeconds(5);
    static final Duration RENEWAL = Duration.ofSeconds(1);
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(RedisLeadership.class);

    private static final RedisScript<Long> TAKE_OR_RENEW =
            RedisScript.of(
                    """
                    local holder = redis.call('GET', KEYS[1])
                    if holder == false or holder == ARGV[1] then
                      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
                      return 1
                    end
                    return 0
                    """,
                    Long.class);

    private static final RedisScript<Long> GIVE_UP =
            RedisScript.of(
                    """
                    if redis.call('GET', KEYS[1]) == ARGV[1] then
                      return redis.call('DEL', KEYS[1])
                    end
                    return 0
                    """,
                    Long.class);

    /** A time of leading; {@code renewedAt} in nanoseconds of the ticker. */
    private record Term(long epoch, long renewedAt) {}

    private final String role;
    private final String holder;
    private final LongSupplier epochFloor;
    private final ReactiveStringRedisTemplate redis;
    private final InstantSource clock;
    private final LongSupplier nanoTicker;
    private volatile @Nullable Term term;
    private long highestEpoch;
    private boolean toldLeading;

    RedisLeadership(
            String role,
            String holder,
            LongSupplier epochFloor,
            ReactiveStringRedisTemplate redis,
            InstantSource clock,
            LongSupplier nanoTicker) {
        this.role = role;
        this.holder = holder;
        this.epochFloor = epochFloor;
        this.redis = redis;
        this.clock = clock;
        this.nanoTicker = nanoTicker;
    }

    @Override
    public Optional<Long> epoch() {
        Term current = term;
        return current == null || expired(current) ? Optional.empty() : Optional.of(current.epoch);
    }

    private boolean expired(Term current) {
        return nanoTicker.getAsLong() - current.renewedAt >= PATIENCE.toNanos();
    }

    /** Asks for the lease or renews it; a Redis that is away changes nothing by itself. */
    Mono<Void> renew() {
        return Mono.defer(
                        () -> {
                            long askedAt = nanoTicker.getAsLong();
                            return redis.execute(
                                            TAKE_OR_RENEW,
                                            List.of(key()),
                                            List.of(holder, Long.toString(LEASE.toMillis())))
                                    .next()
                                    .doOnNext(answer -> onAnswer(answer == 1, askedAt));
                        })
                .onErrorComplete()
                .doFinally(signal -> tellChange())
                .then();
    }

    private synchronized void onAnswer(boolean mine, long askedAt) {
        if (!mine) {
            term = null;
            return;
        }
        Term current = term;
        long floor = epochFloor.getAsLong();
        boolean goesOn = current != null && !expired(current) && floor <= current.epoch;
        long epoch =
                goesOn && current != null
                        ? current.epoch
                        : Math.max(clock.millis(), Math.max(floor, highestEpoch) + 1);
        highestEpoch = epoch;
        term = new Term(epoch, askedAt);
    }

    private synchronized void tellChange() {
        Optional<Long> epoch = epoch();
        if (epoch.isPresent() == toldLeading) {
            return;
        }
        toldLeading = epoch.isPresent();
        LOG.atInfo()
                .addKeyValue("role", role)
                .addKeyValue("epoch", epoch.map(String::valueOf).orElse("none"))
                .log(toldLeading ? "leads" : "leads no longer");
    }

    /** Lets the next one lead without waiting for the lease to end. */
    Mono<Void> giveUp() {
        term = null;
        return redis.execute(GIVE_UP, List.of(key()), List.of(holder)).onErrorComplete().then();
    }

    private String key() {
        return Keys.LEASE + role;
    }
}
