package dev.caravan.worker.app.transfer;

import java.time.Duration;

/**
 * How hard a transfer tries.
 *
 * @param stall longest time without a byte before a part is asked for again
 * @param retries how often a part is asked for again without a byte in between
 * @param firstWait before the first of them; each later one waits twice as long
 * @param streams parts of a blob that come at the same time
 */
public record TransferLimits(Duration stall, int retries, Duration firstWait, int streams) {

    public static final TransferLimits DEFAULT =
            new TransferLimits(Duration.ofSeconds(30), 6, Duration.ofSeconds(1), 16);

    public TransferLimits {
        if (stall.isNegative() || stall.isZero()) {
            throw new IllegalArgumentException("stall: " + stall + " (expected: > 0)");
        }
        if (retries < 0 || streams < 1) {
            throw new IllegalArgumentException(
                    "retries: %d, streams: %d (expected: >= 0, >= 1)".formatted(retries, streams));
        }
    }

    public TransferLimits withStall(Duration other) {
        return new TransferLimits(other, retries, firstWait, streams);
    }
}
