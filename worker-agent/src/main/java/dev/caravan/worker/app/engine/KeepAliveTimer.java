package dev.caravan.worker.app.engine;

import dev.caravan.core.run.KeepAlive;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * How long an idle replica stays. The time runs from the last use; each use may set another one.
 * Safe for any number of threads.
 */
public final class KeepAliveTimer {

    private KeepAlive setting;
    private Instant idleSince;
    private boolean told;

    /**
     * @param setting {@code Unset} counts as {@code Forever}
     */
    public KeepAliveTimer(KeepAlive setting, Instant now) {
        this.setting = setting;
        this.idleSince = now;
    }

    /** Sets how long it stays from now on; {@code Unset} changes nothing. */
    public synchronized void set(KeepAlive next) {
        if (!(next instanceof KeepAlive.Unset)) {
            setting = next;
            told = false;
        }
    }

    /** It was in use until now. */
    public synchronized void used(Instant now) {
        idleSince = now;
        told = false;
    }

    /** When it is over; empty: never. Means nothing while the replica is in use. */
    public synchronized Optional<Instant> expiresAt() {
        return switch (setting) {
            case KeepAlive.Unset _, KeepAlive.Forever _ -> Optional.empty();
            case KeepAlive.For(var duration) -> {
                try {
                    yield Optional.of(idleSince.plus(duration));
                } catch (DateTimeException | ArithmeticException endless) {
                    yield Optional.empty();
                }
            }
        };
    }

    /** True once for each time that it runs out. */
    public synchronized boolean expire(Instant now) {
        boolean over = expiresAt().filter(end -> !now.isBefore(end)).isPresent();
        if (!over || told) {
            return false;
        }
        told = true;
        return true;
    }
}
