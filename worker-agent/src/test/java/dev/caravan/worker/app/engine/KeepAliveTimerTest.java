package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.KeepAlive;
import dev.caravan.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeepAliveTimerTest {

    private final ManualClock clock = ManualClock.anytime();

    private KeepAliveTimer timer(KeepAlive setting) {
        return new KeepAliveTimer(setting, clock.instant());
    }

    private static KeepAlive minutes(long minutes) {
        return new KeepAlive.For(Duration.ofMinutes(minutes));
    }

    @Test
    void expiresOnceWhenItsTimeIsOver() {
        KeepAliveTimer timer = timer(minutes(5));

        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(timer.expire(clock.instant())).isFalse();
        clock.advance(Duration.ofMillis(1));

        assertThat(timer.expire(clock.instant())).isTrue();
        assertThat(timer.expire(clock.instant())).isFalse();
    }

    @Test
    void startsAgainWithEachUse() {
        KeepAliveTimer timer = timer(minutes(5));
        clock.advance(Duration.ofMinutes(4));

        timer.used(clock.instant());

        clock.advance(Duration.ofMinutes(4));
        assertThat(timer.expire(clock.instant())).isFalse();
        assertThat(timer.expiresAt()).hasValue(clock.instant().plus(Duration.ofMinutes(1)));
    }

    @Test
    void expiresAgainAfterAnotherUse() {
        KeepAliveTimer timer = timer(minutes(0));
        assertThat(timer.expire(clock.instant())).isTrue();

        timer.used(clock.instant());

        assertThat(timer.expire(clock.instant())).isTrue();
    }

    @Test
    void staysForEverWhenToldSo() {
        KeepAliveTimer timer = timer(minutes(5));

        timer.set(new KeepAlive.Forever());

        clock.advance(Duration.ofDays(1000));
        assertThat(timer.expire(clock.instant())).isFalse();
        assertThat(timer.expiresAt()).isEmpty();
    }

    @Test
    void keepsItsTimeWhereNothingIsSaid() {
        KeepAliveTimer timer = timer(minutes(5));

        timer.set(new KeepAlive.Unset());

        assertThat(timer.expiresAt()).hasValue(clock.instant().plus(Duration.ofMinutes(5)));
    }

    @Test
    void takesATimeBeyondAllDatesForEver() {
        KeepAliveTimer timer = timer(new KeepAlive.For(Duration.ofSeconds(Long.MAX_VALUE)));

        assertThat(timer.expiresAt()).isEmpty();
    }
}
