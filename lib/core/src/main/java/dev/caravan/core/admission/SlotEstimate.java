package dev.caravan.core.admission;

import java.time.Duration;

/**
 * How many requests an engine runs at once that does not tell.
 *
 * <p>The estimate begins at what was configured and is corrected by the engine's own answers. An
 * engine that has more requests than slots lets some wait, and its figures show it: the time an
 * answer took in all is then more than loading, prompt and generation took together. Where one
 * waited while {@code n} others of ours ran, the engine has shown that it does not run one more at
 * once, so {@code n} is what holds. Others may use the engine beside us, so the lower figure is
 * tried again: after {@link #CALM} answers in a row that used the whole estimate and did not wait,
 * it grows by one, never past what was configured.
 *
 * <p>Too low an estimate costs throughput; too high a one only hides the waiting line inside the
 * engine, where its length is not known.
 *
 * @param most what was configured, at least 1
 * @param slots what holds now, 1 to {@code most}
 * @param calm answers in a row that used all of it and did not wait
 */
public record SlotEstimate(int most, int slots, int calm) {

    /** Rendering, tokenizing and writing take an engine some milliseconds beside its figures. */
    static final Duration NO_WAIT = Duration.ofMillis(250);

    static final int CALM = 16;

    public SlotEstimate {
        if (slots < 1 || most < slots) {
            throw new IllegalArgumentException(
                    "slots: %d of %d (expected: 1 <= slots <= most)".formatted(slots, most));
        }
    }

    public static SlotEstimate of(int most) {
        return new SlotEstimate(most, most, 0);
    }

    /**
     * What an answer makes of it.
     *
     * @param others requests of ours that the engine had when this one came
     * @param waited how long the engine let it wait before it worked on it
     */
    public SlotEstimate answered(int others, Duration waited) {
        if (others > 0 && waited.compareTo(NO_WAIT) >= 0) {
            return new SlotEstimate(most, Math.min(slots, others), 0);
        }
        if (slots == most || others + 1 < slots) {
            return this;
        }
        return calm + 1 < CALM
                ? new SlotEstimate(most, slots, calm + 1)
                : new SlotEstimate(most, slots + 1, 0);
    }
}
