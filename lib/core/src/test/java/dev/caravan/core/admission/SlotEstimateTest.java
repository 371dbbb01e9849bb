package dev.caravan.core.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlotEstimateTest {

    private static final Duration AT_ONCE = Duration.ofMillis(3);
    private static final Duration LONG = Duration.ofSeconds(2);

    @Test
    void beginsAtWhatWasConfigured() {
        assertThat(SlotEstimate.of(4).slots()).isEqualTo(4);
    }

    @Test
    void fallsToTheNumberBesideWhichARequestHadToWait() {
        SlotEstimate estimate = SlotEstimate.of(4).answered(2, LONG);

        assertThat(estimate.slots()).isEqualTo(2);
    }

    @Test
    void neverFallsBelowOneAndIgnoresAWaitThatIsNotOurDoing() {
        SlotEstimate alone = SlotEstimate.of(4).answered(0, LONG);
        SlotEstimate least = SlotEstimate.of(4).answered(1, LONG).answered(1, LONG);

        assertThat(alone.slots()).isEqualTo(4);
        assertThat(least.slots()).isEqualTo(1);
    }

    @Test
    void growsByOneAfterEnoughAnswersThatUsedAllOfItAndDidNotWait() {
        SlotEstimate estimate = SlotEstimate.of(4).answered(2, LONG);

        for (int n = 1; n < SlotEstimate.CALM; n++) {
            estimate = estimate.answered(1, AT_ONCE);
            assertThat(estimate.slots()).isEqualTo(2);
        }
        estimate = estimate.answered(1, AT_ONCE);

        assertThat(estimate.slots()).isEqualTo(3);
    }

    @Test
    void doesNotGrowOnAnswersThatHadTheEngineToThemselves() {
        SlotEstimate estimate = SlotEstimate.of(4).answered(3, LONG);

        for (int n = 0; n < 100; n++) {
            estimate = estimate.answered(0, AT_ONCE);
        }

        assertThat(estimate.slots()).isEqualTo(3);
    }

    @Test
    void neverGrowsPastWhatWasConfigured() {
        SlotEstimate estimate = SlotEstimate.of(2).answered(1, LONG);

        for (int n = 0; n < 100; n++) {
            estimate = estimate.answered(1, AT_ONCE);
        }

        assertThat(estimate.slots()).isEqualTo(2);
    }

    @Test
    void refusesToStartWithNone() {
        assertThatThrownBy(() -> SlotEstimate.of(0))
                .hasMessage("slots: 0 of 0 (expected: 1 <= slots <= most)");
    }
}
