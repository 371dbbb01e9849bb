package dev.caravan.core.health;

import java.time.Duration;

/**
 * Time as one who looks often has seen it. A look that comes late shows that the looker itself
 * stood still - a collection, a stopped process, no processor to be had - and says nothing about
 * what it looks at: such time does not count. One thread at a time.
 */
public final class AttentiveClock {

    /** A look this many intervals after the one before is late. */
    private static final int LATE = 2;

    private final long lateNanos;
    private long last;

    /**
     * @param every how often it is looked, as it is meant
     * @param nowNanos of a clock that only goes forward
     */
    public AttentiveClock(Duration every, long nowNanos) {
        if (!every.isPositive()) {
            throw new IllegalArgumentException("every: " + every + " (expected: > 0)");
        }
        this.lateNanos = every.multipliedBy(LATE).toNanos();
        this.last = nowNanos;
    }

    /**
     * Looks.
     *
     * @return the time since the look before, or zero where this one is late
     */
    public Duration look(long nowNanos) {
        long passed = nowNanos - last;
        last = nowNanos;
        return passed > lateNanos ? Duration.ZERO : Duration.ofNanos(Math.max(0, passed));
    }
}
