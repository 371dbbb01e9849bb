package dev.caravan.core.health;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import java.time.Instant;

/**
 * An accrual detector: how surprising is this silence, given how regularly the agent used to
 * answer?
 *
 * <pre>
 * phi(t) = -log10 P(an answer still comes after t seconds of silence)
 *        = -log10 (1 - F((t - mean) / max(deviation * 1.25, 0.75 s)))
 * </pre>
 *
 * F is the normal distribution, by the logistic approximation 1 / (1 + exp(-y (1.5976 + 0.070566
 * y^2))), good to 0.0002; 1.25 turns a mean absolute difference into a standard deviation. The
 * floor of 0.75 s keeps a very regular agent from being condemned by one slow answer. phi 1 means
 * that one such silence in ten is harmless, phi 8 one in a hundred million.
 *
 * <p>For an agent that answers each second: suspect (phi 1.5) after 2.4 s, down (phi 8) after 5.2
 * s. A fixed limit would either condemn agents on loaded hosts or be slow for all others; this one
 * widens by itself where answers come irregularly. Cost: constant.
 *
 * <p>Others who find the same agent silent are witnesses: with w of them each second counts 1 + w
 * times, since one way that is cut does not silence several. For an agent that answers each second:
 * down after 2.5 s with one, after 1.7 s with two; more do not count.
 */
public final class SilenceDetector {

    public static final double SUSPECT_FROM = 1.5;
    public static final double DOWN_FROM = 8;

    private static final int MOST_WITNESSES = 2;
    private static final double ABSOLUTE_TO_STANDARD = 1.25;

    /** phi of the silence at {@code now}; from 0, without bound. */
    public double suspicion(AnswerHistory history, Instant now) {
        return suspicion(history, now, 0);
    }

    /**
     * @param witnesses how many others find it silent now
     */
    public double suspicion(AnswerHistory history, Instant now, int witnesses) {
        double silence =
                history.secondsSilentAt(now) * (1 + Math.clamp(witnesses, 0, MOST_WITNESSES));
        double deviation =
                Math.max(history.deviation() * ABSOLUTE_TO_STANDARD, AnswerHistory.LEAST_DEVIATION);
        double y = (silence - history.mean()) / deviation;
        double exponent = y * (1.5976 + 0.070566 * y * y);
        // log10(1 + e^x) without overflow; for large x it is x itself
        double logarithm = exponent > 30 ? exponent : Math.log1p(Math.exp(exponent));
        return logarithm / Math.log(10);
    }

    public Verdict verdict(AnswerHistory history, Instant now) {
        return verdict(history, now, 0);
    }

    /**
     * @param witnesses how many others find it silent now
     */
    public Verdict verdict(AnswerHistory history, Instant now, int witnesses) {
        double suspicion = suspicion(history, now, witnesses);
        if (suspicion >= DOWN_FROM) {
            return Verdict.DOWN;
        }
        return suspicion >= SUSPECT_FROM ? Verdict.SUSPECT : Verdict.READY;
    }
}
