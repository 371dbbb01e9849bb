package dev.caravan.gateway.app;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs short tasks one after another in the order they were given, on the thread of whoever came
 * when none was running. Nobody waits, so it may be used on an event loop; state that only its
 * tasks touch needs no lock.
 */
final class Serial {

    private static final Logger log = LoggerFactory.getLogger(Serial.class);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    void run(Runnable task) {
        tasks.add(task);
        if (pending.getAndIncrement() > 0) {
            return;
        }
        do {
            runNext();
        } while (pending.decrementAndGet() > 0);
    }

    private void runNext() {
        Runnable next = tasks.poll();
        if (next == null) {
            throw new IllegalStateException("a task was counted that is not there");
        }
        try {
            next.run();
        } catch (RuntimeException defect) {
            log.atError().setCause(defect).log("a task of the waiting lines failed");
        }
    }
}
