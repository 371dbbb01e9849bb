package dev.caravan.core.routing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many more requests retries may make out of those that came in.
 *
 * <p>Each request that arrives pays {@code share} of a retry into an account that holds at most
 * {@code reserve} retries; each retry takes one out. With few requests the reserve carries all
 * retries that one bad replica causes; under load retries are at most {@code share} of the
 * requests, so a failing cluster is not asked twice as much as a healthy one. A limit per request
 * alone does not bound that: every request would use its whole limit.
 */
public final class RetryBudget {

    private static final long UNIT = 1_000;

    private final long share;
    private final long most;
    private final AtomicLong balance;

    /**
     * @param share retries one request pays in; 0 to 1
     * @param reserve retries the account holds at most and at first; at least 1
     */
    public RetryBudget(double share, int reserve) {
        if (!(share >= 0 && share <= 1) || reserve < 1) {
            throw new IllegalArgumentException(
                    "retry budget: share %s, reserve %d (expected: 0 <= share <= 1, reserve >= 1)"
                            .formatted(share, reserve));
        }
        this.share = Math.round(share * UNIT);
        this.most = reserve * UNIT;
        this.balance = new AtomicLong(most);
    }

    /** A request arrived. */
    public void deposit() {
        balance.updateAndGet(now -> Math.min(most, now + share));
    }

    /** Takes a retry out; false where the account does not hold one. */
    public boolean withdraw() {
        return balance.getAndUpdate(now -> now >= UNIT ? now - UNIT : now) >= UNIT;
    }
}
