package dev.caravan.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Time that passes when a test says so. */
public final class ManualClock implements InstantSource {

    private final AtomicReference<Instant> now;

    public ManualClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    /** A clock at some fixed moment, for tests that do not care which. */
    public static ManualClock anytime() {
        return new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Moves on by {@code step}; a negative step turns the clock back, as an adjustment would. */
    public void advance(Duration step) {
        now.updateAndGet(moment -> moment.plus(step));
    }

    public void set(Instant moment) {
        now.set(moment);
    }
}
