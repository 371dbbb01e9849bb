package dev.caravan.core.health;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * How fast one engine works, and from when on its silence is a stall.
 *
 * <p>An engine that stalls (a stopped member, a hung device) says nothing about it, for ever; one
 * that is slow or evaluates a long prompt is silent too. So it is measured against itself.
 *
 * <p><b>Answering.</b> Silence is too long after 20 times the 99th percentile of the gaps between
 * its own signs of progress, and not before 2 s; until {@value #GAPS_KNOWN} gaps are known, after
 * 10 s. A percentile and not the mean, since gaps have a long tail (other prompts, busy
 * processors), and not the longest, since one outlier would blind it for good.
 *
 * <p><b>Evaluating prompts.</b> An engine tells of each batch of tokens. A batch takes so long as
 * its tokens need at the slowest recent speed; time for each token grows with the tokens before it,
 * at most in proportion, which counts up to threefold. Silence is too long after 6 times that, and
 * not before 10 s. The factor is generous on purpose: ending an engine that works costs all its
 * answers, noticing a stall late costs seconds. Batches of few tokens are mostly overhead and count
 * only where no other is known.
 *
 * <p>Bounded: some 5 KB. Adding is O(1), asking for the limit O(n log n) in 512 gaps. One thread at
 * a time.
 */
public final class EnginePace {

    static final Duration LEAST_ANSWERING = Duration.ofSeconds(2);
    static final Duration LEAST_EVALUATING = Duration.ofSeconds(10);
    static final Duration FIRST_ANSWERING = Duration.ofSeconds(10);
    static final int GAPS_KNOWN = 50;

    private static final int GAPS = 512;
    private static final int GAP_FACTOR = 20;
    private static final double PERCENTILE = 0.99;

    private static final int BATCHES = 32;
    private static final int BATCH_FACTOR = 6;
    private static final int LARGE_BATCH = 32;
    private static final double MOST_GROWTH = 3;

    private final long[] gaps = new long[GAPS];
    private long gapsSeen;

    private final Batch[] batches = new Batch[BATCHES];
    private int batchesSeen;
    private Optional<Batch> small = Optional.empty();

    /** Nanoseconds for each token, evaluated behind so many tokens on average. */
    private record Batch(double nanos, double depth) {

        double at(double other) {
            return nanos * Math.clamp(other / Math.max(1, depth), 1, MOST_GROWTH);
        }
    }

    /**
     * Between two signs of progress, no prompt being evaluated.
     *
     * @param nanos not negative
     */
    public void gap(long nanos) {
        gaps[(int) (gapsSeen++ % GAPS)] = nanos;
    }

    /**
     * Tokens of a prompt were evaluated.
     *
     * @param behind tokens of the prompt before them
     */
    public void evaluated(int tokens, int behind, Duration took) {
        if (tokens < 1) {
            return;
        }
        Batch batch = new Batch((double) took.toNanos() / tokens, behind + tokens / 2.0);
        if (tokens >= LARGE_BATCH) {
            batches[batchesSeen++ % BATCHES] = batch;
        } else {
            small = Optional.of(batch);
        }
    }

    /** The longest silence between tokens. */
    public Duration answering() {
        if (gapsSeen < GAPS_KNOWN) {
            return FIRST_ANSWERING;
        }
        long[] sorted = Arrays.copyOf(gaps, (int) Math.min(gapsSeen, GAPS));
        Arrays.sort(sorted);
        long high = sorted[(int) Math.ceil(PERCENTILE * sorted.length) - 1];
        return longer(LEAST_ANSWERING, Duration.ofNanos(high).multipliedBy(GAP_FACTOR));
    }

    /**
     * The longest silence while a batch of a prompt is evaluated; empty where nothing is known.
     *
     * @param tokens of the batch
     * @param behind tokens of the prompt before it
     */
    public Optional<Duration> evaluating(int tokens, int behind) {
        return slowest(behind + tokens / 2.0)
                .map(nanos -> Duration.ofNanos((long) (nanos * tokens * BATCH_FACTOR)))
                .map(limit -> longer(LEAST_EVALUATING, limit));
    }

    private Optional<Double> slowest(double depth) {
        return batchesSeen == 0
                ? small.map(batch -> batch.at(depth))
                : Arrays.stream(batches, 0, Math.min(batchesSeen, BATCHES))
                        .map(batch -> batch.at(depth))
                        .max(Double::compare);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
