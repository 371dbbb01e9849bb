package dev.caravan.cli.process;

import dev.caravan.cli.CliException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass between two looks at the same thing, where nothing would tell of a change. */
public final class Pause {

    private Pause() {}

    /**
     * Returns after {@code length}.
     *
     * @throws CliException if the command is interrupted meanwhile
     */
    public static void of(Duration length) {
        try {
            boolean never = new CountDownLatch(1).await(length.toNanos(), TimeUnit.NANOSECONDS);
            assert !never;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }
}
