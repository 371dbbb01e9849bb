package dev.caravan.testkit;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Locks that libraries hold for as long as it takes to swap a few references: a thread parks for
 * one only where threads compete for it, so a test would fail now and then, on a busy machine.
 * Waits for anything else (sleep, I/O, a latch, a queue, {@code block()}) are still refused.
 */
public final class ShortLocks implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lock")
                .allowBlockingCallsInside("java.util.concurrent.locks.StampedLock", "writeLock")
                .allowBlockingCallsInside(
                        "io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup",
                        "tryExpandMagazines");
    }
}
