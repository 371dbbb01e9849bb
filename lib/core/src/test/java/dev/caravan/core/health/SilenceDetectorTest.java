package dev.caravan.core.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class SilenceDetectorTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final SilenceDetector detector = new SilenceDetector();

    @Test
    void findsNothingStrangeInAnAnswerThatIsDue() {
        AnswerHistory regular = regular(1.0);

        assertThat(detector.suspicion(regular, regular.last())).isLessThan(0.1);
        assertThat(verdictAfter(regular, 1.5)).isEqualTo(Verdict.READY);
    }

    @Test
    void suspectsARegularAgentAfterTwoAndAHalfSecondsAndGivesItUpAfterFive() {
        AnswerHistory regular = regular(1.0);

        assertThat(verdictAfter(regular, 2.2)).isEqualTo(Verdict.READY);
        assertThat(verdictAfter(regular, 2.6)).isEqualTo(Verdict.SUSPECT);
        assertThat(verdictAfter(regular, 4.9)).isEqualTo(Verdict.SUSPECT);
        assertThat(verdictAfter(regular, 5.5)).isEqualTo(Verdict.DOWN);
    }

    @Test
    void givesUpSoonerOneThatOthersFindSilentToo() {
        AnswerHistory regular = regular(1.0);

        assertThat(detector.verdict(regular, after(regular, 2.3), 1)).isEqualTo(Verdict.SUSPECT);
        assertThat(detector.verdict(regular, after(regular, 2.7), 1)).isEqualTo(Verdict.DOWN);
        assertThat(detector.verdict(regular, after(regular, 1.8), 2)).isEqualTo(Verdict.DOWN);
        assertThat(detector.verdict(regular, after(regular, 0.5), 9)).isEqualTo(Verdict.READY);
        for (double silence = 0; silence < 10; silence += 0.1) {
            Instant then = after(regular, silence);
            assertThat(detector.suspicion(regular, then, 1))
                    .isGreaterThanOrEqualTo(detector.suspicion(regular, then));
        }
    }

    @Test
    void waitsLongerForOneThatAnswersIrregularly() {
        AnswerHistory irregular = AnswerHistory.startingAt(START, Duration.ofSeconds(1));
        Instant now = START;
        for (int i = 0; i < 200; i++) {
            now = now.plusMillis(i % 2 == 0 ? 200 : 3800);
            irregular = irregular.answeredAt(now);
        }

        assertThat(verdictAfter(irregular, 4)).isEqualTo(Verdict.READY);
        assertThat(verdictAfter(irregular, 8)).isEqualTo(Verdict.SUSPECT);
        assertThat(verdictAfter(irregular, 20)).isEqualTo(Verdict.DOWN);
    }

    @Test
    void growsWithSilenceAndNeverOverflows() {
        AnswerHistory regular = regular(1.0);
        double before = 0;

        for (double silence = 0; silence < 100_000; silence = silence * 1.1 + 0.1) {
            double suspicion = detector.suspicion(regular, after(regular, silence));
            assertThat(suspicion).isFinite().isGreaterThanOrEqualTo(before);
            before = suspicion;
        }
    }

    @Test
    void takesNoHabitFromATimeOfAbsence() {
        AnswerHistory regular = regular(1.0);

        AnswerHistory back = regular.answeredAt(after(regular, 600));

        assertThat(back.mean()).isEqualTo(regular.mean());
        assertThat(verdictAfter(back, 5.5)).isEqualTo(Verdict.DOWN);
    }

    @Test
    void forgetsATimeInWhichNobodyListened() {
        AnswerHistory regular = regular(1.0);

        AnswerHistory forgiven = regular.without(Duration.ofSeconds(60));

        assertThat(detector.verdict(forgiven, after(regular, 61))).isEqualTo(Verdict.READY);
    }

    @Test
    void learnsTheMeanOfWhatItSees() {
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        AnswerHistory history = AnswerHistory.startingAt(START, Duration.ofSeconds(1));
        Instant now = START;
        for (int i = 0; i < 2000; i++) {
            now = now.plusMillis(1500 + random.nextInt(1000));
            history = history.answeredAt(now);
        }

        assertThat(history.mean()).isCloseTo(2.0, within(0.3));
        assertThat(history.deviation()).isCloseTo(0.25, within(0.15));
    }

    @Test
    void ignoresAnAnswerOutOfOrder() {
        AnswerHistory regular = regular(1.0);

        assertThat(regular.answeredAt(regular.last().minusSeconds(1))).isEqualTo(regular);
    }

    @Test
    void refusesAHistoryWithoutAMean() {
        assertThatThrownBy(() -> new AnswerHistory(0, 1, START))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mean 0.0");
    }

    private static AnswerHistory regular(double seconds) {
        AnswerHistory history =
                AnswerHistory.startingAt(START, Duration.ofMillis((long) (seconds * 1000)));
        for (int i = 0; i < 50; i++) {
            history = history.answeredAt(after(history, seconds));
        }
        return history;
    }

    private Verdict verdictAfter(AnswerHistory history, double silentSeconds) {
        return detector.verdict(history, after(history, silentSeconds));
    }

    private static Instant after(AnswerHistory history, double seconds) {
        return history.last().plusMillis((long) (seconds * 1000));
    }
}
