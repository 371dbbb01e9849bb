package dev.caravan.core.health;

import java.time.Duration;
import java.time.Instant;

/**
 * How regularly somebody answers: exponentially weighted mean and deviation of the time between
 * answers, in seconds. New intervals weigh a tenth, so the last twenty or so decide.
 *
 * @param mean seconds between answers
 * @param deviation mean absolute difference from the mean, in seconds
 * @param last when it last answered
 */
public record AnswerHistory(double mean, double deviation, Instant last) {

    private static final double WEIGHT = 0.1;

    /** An interval this many deviations above the mean says that it was away, not how it is. */
    private static final double ABSENCE = 8;

    /** The deviation, in seconds, that even the most regular one is granted. */
    static final double LEAST_DEVIATION = 0.75;

    public AnswerHistory {
        if (!(mean > 0) || !(deviation >= 0)) {
            throw new IllegalArgumentException(
                    "answer history: mean %s, deviation %s (expected: mean > 0, deviation >= 0)"
                            .formatted(mean, deviation));
        }
    }

    /**
     * The history of one that answered for the first time and is expected each {@code interval}.
     */
    public static AnswerHistory startingAt(Instant first, Duration interval) {
        return new AnswerHistory(seconds(interval), 0, first);
    }

    /** This history with one more answer; one that comes out of order changes nothing. */
    public AnswerHistory answeredAt(Instant moment) {
        double interval = seconds(Duration.between(last, moment));
        if (interval <= 0) {
            return this;
        }
        if (interval > mean + ABSENCE * Math.max(deviation, LEAST_DEVIATION)) {
            return new AnswerHistory(mean, deviation, moment);
        }
        double nextMean = mean + WEIGHT * (interval - mean);
        double nextDeviation = deviation + WEIGHT * (Math.abs(interval - mean) - deviation);
        return new AnswerHistory(nextMean, nextDeviation, moment);
    }

    /** This history as if {@code pause}, in which nobody listened, had not been. */
    public AnswerHistory without(Duration pause) {
        return new AnswerHistory(mean, deviation, last.plus(pause));
    }

    double secondsSilentAt(Instant now) {
        return seconds(Duration.between(last, now));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
