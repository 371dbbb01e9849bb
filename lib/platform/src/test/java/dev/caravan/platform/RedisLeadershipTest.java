package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

class RedisLeadershipTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    private final ManualClock clock = ManualClock.anytime();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong floor = new AtomicLong();
    private LettuceConnectionFactory connections = connections();
    private ReactiveStringRedisTemplate redis = new ReactiveStringRedisTemplate(connections);

    private static LettuceConnectionFactory connections() {
        var factory =
                new LettuceConnectionFactory(
                        new RedisStandaloneConfiguration("127.0.0.1", REDIS.port()),
                        LettuceClientConfiguration.builder()
                                .commandTimeout(Duration.ofMillis(300))
                                .build());
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    @BeforeEach
    void emptyRedis() {
        REDIS.flush();
    }

    @AfterEach
    void disconnect() {
        connections.destroy();
    }

    @Test
    void letsOneOfTwoLead() {
        RedisLeadership first = contender("first");
        RedisLeadership second = contender("second");

        first.renew().block();
        second.renew().block();

        assertThat(first.epoch()).contains(clock.millis());
        assertThat(second.epoch()).isEmpty();
    }

    @Test
    void keepsItsEpochWhileItRenews() {
        RedisLeadership leader = contender("leader");
        leader.renew().block();
        Optional<Long> epoch = leader.epoch();

        clock.advance(Duration.ofSeconds(2));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        leader.renew().block();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(leader.epoch()).isPresent().isEqualTo(epoch);
    }

    @Test
    void stopsActingThreeSecondsAfterTheLastRenewalWasAskedFor() {
        RedisLeadership leader = contender("leader");
        leader.renew().block();

        nanos.addAndGet(RedisLeadership.PATIENCE.toNanos() - 1);
        assertThat(leader.epoch()).isPresent();
        nanos.addAndGet(1);

        assertThat(leader.epoch()).isEmpty();
    }

    @Test
    void beginsAnotherTermWithAHigherEpochAfterAPause() {
        RedisLeadership leader = contender("leader");
        leader.renew().block();
        long first = leader.epoch().orElseThrow();

        clock.advance(Duration.ofHours(-1));
        nanos.addAndGet(RedisLeadership.PATIENCE.toNanos());
        leader.renew().block();

        assertThat(leader.epoch())
                .hasValueSatisfying(next -> assertThat(next).isGreaterThan(first));
    }

    @Test
    void takesAnEpochAboveTheHighestSeenAnywhere() {
        floor.set(clock.millis() + 1000);
        RedisLeadership leader = contender("leader");

        leader.renew().block();

        assertThat(leader.epoch()).contains(floor.get() + 1);
    }

    @Test
    void movesAboveAnEpochThatItOnlyHearsOfLater() {
        RedisLeadership leader = contender("leader");
        leader.renew().block();
        long own = leader.epoch().orElseThrow();

        floor.set(own);
        leader.renew().block();
        assertThat(leader.epoch()).contains(own);

        floor.set(own + 5);
        leader.renew().block();
        assertThat(leader.epoch()).contains(own + 6);
    }

    @Test
    void passesToTheNextAtOnceWhenGivenUp() {
        RedisLeadership first = contender("first");
        RedisLeadership second = contender("second");
        first.renew().block();

        first.giveUp().block();
        second.renew().block();

        assertThat(first.epoch()).isEmpty();
        assertThat(second.epoch()).isPresent();
    }

    @Test
    void passesToTheNextWhenTheHolderNoLongerRenews() {
        RedisLeadership first = contender("first");
        RedisLeadership second = contender("second");
        first.renew().block();

        await().atMost(RedisLeadership.LEASE.plusSeconds(2))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> {
                            second.renew().block();
                            assertThat(second.epoch()).isPresent();
                        });
        first.renew().block();

        assertThat(first.epoch()).isEmpty();
    }

    @Test
    void stopsActingWithinThreeSecondsOfRedisFreezingAndLeadsAgainAfterwards() {
        try (var roles = new Roles()) {
            Leadership leadership = roles.factory.lead("freezing", floor::get);
            await().until(() -> leadership.epoch().isPresent());
            long before = leadership.epoch().orElseThrow();

            REDIS.freeze();
            try {
                await().atMost(RedisLeadership.PATIENCE.plusMillis(500))
                        .until(() -> leadership.epoch().isEmpty());
            } finally {
                REDIS.thaw();
            }

            await().atMost(Duration.ofSeconds(5)).until(() -> leadership.epoch().isPresent());
            assertThat(leadership.epoch().orElseThrow()).isGreaterThan(before);
            assertThat(roles.meters.get("caravan.leader").tag("role", "freezing").gauge().value())
                    .isEqualTo(1);
        }
    }

    @Test
    void leadsAgainOnARedisThatCameBackEmpty() {
        try (var roles = new Roles()) {
            Leadership leadership = roles.factory.lead("killed", floor::get);
            await().until(() -> leadership.epoch().isPresent());

            REDIS.kill();
            await().atMost(Duration.ofSeconds(4)).until(() -> leadership.epoch().isEmpty());
            REDIS.restart();

            await().atMost(Duration.ofSeconds(10)).until(() -> leadership.epoch().isPresent());
        }
    }

    private RedisLeadership contender(String holder) {
        return new RedisLeadership("test", holder, floor::get, redis, clock, nanos::get);
    }

    private final class Roles implements AutoCloseable {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        final RedisLeaderships factory =
                new RedisLeaderships(redis, clock, System::nanoTime, meters);

        @Override
        public void close() {
            factory.stop();
        }
    }
}
