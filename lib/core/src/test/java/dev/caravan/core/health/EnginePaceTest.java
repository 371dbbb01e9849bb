package dev.caravan.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EnginePaceTest {

    private final EnginePace pace = new EnginePace();

    private void gaps(int count, long millis) {
        for (int gap = 0; gap < count; gap++) {
            pace.gap(Duration.ofMillis(millis).toNanos());
        }
    }

    @Test
    void allowsTenSecondsUntilFiftyGapsAreKnown() {
        gaps(49, 1);

        assertThat(pace.answering()).isEqualTo(Duration.ofSeconds(10));

        gaps(1, 1);

        assertThat(pace.answering()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void allowsTwentyTimesItsOwnSlowestButOneInAHundred() {
        gaps(300, 400);

        assertThat(pace.answering()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void oneOutlierDoesNotBlindIt() {
        gaps(200, 10);
        gaps(1, 60_000);

        assertThat(pace.answering()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void forgetsHowSlowItWas() {
        gaps(400, 1000);
        gaps(512, 5);

        assertThat(pace.answering()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void itsLimitIsTwentyTimesTheNinetyNinthPercentileOfAnyGaps() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            EnginePace any = new EnginePace();
            int count = 50 + random.nextInt(460);
            long[] gaps = random.longs(count, 0, Duration.ofSeconds(3).toNanos()).toArray();
            for (long gap : gaps) {
                any.gap(gap);
            }
            long limit = any.answering().toNanos();

            long longer = java.util.Arrays.stream(gaps).filter(gap -> gap * 20 > limit).count();

            assertThat(longer).describedAs("seed %d", seed).isLessThanOrEqualTo(count / 100);
        }
    }

    @Test
    void knowsNoLimitOfPromptsBeforeItSawOne() {
        assertThat(pace.evaluating(2048, 0)).isEmpty();
    }

    @Test
    void predictsABatchFromTheSlowestSpeedSeen() {
        pace.evaluated(2000, 0, Duration.ofSeconds(2));
        pace.evaluated(2000, 0, Duration.ofSeconds(4));
        pace.evaluated(2000, 0, Duration.ofSeconds(2));

        assertThat(pace.evaluating(1000, 0)).contains(Duration.ofSeconds(12));
    }

    @Test
    void allowsAtLeastTenSecondsForABatch() {
        pace.evaluated(2000, 0, Duration.ofSeconds(2));

        assertThat(pace.evaluating(10, 0)).contains(Duration.ofSeconds(10));
        assertThat(pace.evaluating(0, 500)).contains(Duration.ofSeconds(10));
    }

    /** Measured: batches of a prompt of 7000 tokens, two engines on two cores. */
    @Test
    void allowsForTokensThatTakeLongerTheMoreThereAreBeforeThem() {
        pace.evaluated(2048, 0, Duration.ofMillis(3145));
        assertThat(pace.evaluating(2048, 2048).orElseThrow())
                .isGreaterThan(Duration.ofMillis(2 * 16_161));

        pace.evaluated(2048, 2048, Duration.ofMillis(16_161));
        assertThat(pace.evaluating(2048, 4096).orElseThrow())
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(300));
    }

    @Test
    void aShortPromptCountsOnlyWhereNothingElseIsKnown() {
        pace.evaluated(4, 0, Duration.ofMillis(400));
        assertThat(pace.evaluating(100, 0)).contains(Duration.ofSeconds(180));

        pace.evaluated(1000, 0, Duration.ofSeconds(1));
        assertThat(pace.evaluating(100, 0)).contains(Duration.ofSeconds(10));
    }

    @Test
    void aPromptFromTheCacheTellsNothing() {
        pace.evaluated(0, 500, Duration.ofSeconds(1));

        assertThat(pace.evaluating(100, 0)).isEmpty();
    }
}
