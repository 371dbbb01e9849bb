package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers loads whose engine failed, so that an engine which crashes at its start is not started
 * in a loop. The wait after the n-th failure in a row is {@code min(2^(n-1), 30)} seconds; a demand
 * within it is answered at once with the last failure, one after it tries again. A load that
 * succeeds clears it. Used by one thread.
 */
final class LoadFailures {

    private static final long FIRST_WAIT_MILLIS = 1_000;
    private static final long LAST_WAIT_MILLIS = 30_000;
    private static final long FORGOTTEN_AFTER_MILLIS = Duration.ofMinutes(10).toMillis();

    private record Entry(int inARow, long until, LoadOutcome.Failed failure) {}

    private final Map<ModelDigest, Entry> entries = new HashMap<>();

    void failed(ModelDigest digest, LoadOutcome.Failed failure, long now) {
        entries.values().removeIf(entry -> now - entry.until() > FORGOTTEN_AFTER_MILLIS);
        Entry before = entries.get(digest);
        int inARow = before == null ? 1 : before.inARow() + 1;
        long wait = Math.min(LAST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(inARow - 1, 10));
        entries.put(digest, new Entry(inARow, now + wait, failure));
    }

    void succeeded(ModelDigest digest) {
        entries.remove(digest);
    }

    /** The failure to repeat to a demand that comes now; empty where it may try. */
    Optional<LoadOutcome.Failed> holding(ModelDigest digest, long now) {
        return Optional.ofNullable(entries.get(digest))
                .filter(entry -> now < entry.until())
                .map(
                        entry ->
                                new LoadOutcome.Failed(
                                        entry.failure().code(),
                                        "%s (next try in %d ms)"
                                                .formatted(
                                                        entry.failure().detail(),
                                                        entry.until() - now)));
    }
}
