package dev.caravan.core.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AttentiveClockTest {

    private static final Duration EVERY = Duration.ofMillis(250);

    private long now = Duration.ofDays(3).toNanos();
    private final AttentiveClock clock = new AttentiveClock(EVERY, now);

    private Duration lookAfter(Duration passed) {
        now += passed.toNanos();
        return clock.look(now);
    }

    @Test
    void countsTheTimeBetweenLooks() {
        assertThat(lookAfter(EVERY)).isEqualTo(EVERY);
        assertThat(lookAfter(Duration.ofMillis(400))).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void doesNotCountTimeInWhichItDidNotLook() {
        lookAfter(EVERY);

        assertThat(lookAfter(Duration.ofSeconds(20))).isZero();
        assertThat(lookAfter(EVERY)).isEqualTo(EVERY);
    }

    @Test
    void countsNothingWhereTheClockIsSetBack() {
        assertThat(lookAfter(Duration.ofSeconds(-5))).isZero();
        assertThat(lookAfter(EVERY)).isEqualTo(EVERY);
    }

    @Test
    void needsAnInterval() {
        assertThatThrownBy(() -> new AttentiveClock(Duration.ZERO, 0))
                .hasMessage("every: PT0S (expected: > 0)");
    }
}
