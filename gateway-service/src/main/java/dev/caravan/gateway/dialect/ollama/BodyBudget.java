package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Bounds the bytes of all bodies that are being read. A request whose body has no room waits for
 * it, in the order of arrival, and is told 503 where it waits too long. A body that does not say
 * its length begins with little and is given more while there is some.
 */
public final class BodyBudget {

    private static final long UNTOLD = 1 << 20;
    private static final String BUSY = "server busy, please try again.  too many large requests";

    private final long bytes;
    private final Duration patience;
    private final Scheduler scheduler;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long used;

    /**
     * @param bytes of all bodies at once
     * @param patience how long a request may wait for room
     */
    public BodyBudget(long bytes, Duration patience, Scheduler scheduler) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
        }
        this.bytes = bytes;
        this.patience = patience;
        this.scheduler = scheduler;
    }

    private record Waiter(MonoSink<Lease> sink, long wanted, Disposable deadline) {}

    /** Room for one body; whoever has it gives it back. */
    public final class Lease {

        private long held;
        private long read;

        private Lease(long held) {
            this.held = held;
        }

        /**
         * So many more bytes have come.
         *
         * @throws CaravanException where there is no room for them
         */
        void reads(int more) {
            read += more;
            if (read > held && !grow(this, Math.max(read - held, UNTOLD))) {
                throw busy();
            }
        }

        void release() {
            give(this);
        }
    }

    /**
     * @param length bytes of the body; negative: it does not say
     */
    Mono<Lease> lease(long length) {
        long wanted = Math.min(bytes, length < 0 ? UNTOLD : length);
        return Mono.create(sink -> enter(sink, wanted));
    }

    private void enter(MonoSink<Lease> sink, long wanted) {
        synchronized (this) {
            if (!waiters.isEmpty() || used + wanted > bytes) {
                Disposable deadline =
                        scheduler.schedule(
                                () -> sink.error(busy()),
                                patience.toMillis(),
                                TimeUnit.MILLISECONDS);
                Waiter waiter = new Waiter(sink, wanted, deadline);
                waiters.add(waiter);
                sink.onDispose(() -> leave(waiter));
                return;
            }
            used += wanted;
        }
        sink.success(new Lease(wanted));
    }

    private void leave(Waiter waiter) {
        waiter.deadline().dispose();
        synchronized (this) {
            waiters.remove(waiter);
        }
        grant();
    }

    private synchronized boolean grow(Lease lease, long more) {
        if (used + more > bytes) {
            return false;
        }
        used += more;
        lease.held += more;
        return true;
    }

    private void give(Lease lease) {
        synchronized (this) {
            used -= lease.held;
            lease.held = 0;
        }
        grant();
    }

    private void grant() {
        while (true) {
            Waiter next;
            synchronized (this) {
                next = waiters.peek();
                if (next == null || used + next.wanted() > bytes) {
                    return;
                }
                waiters.remove();
                used += next.wanted();
            }
            hand(next);
        }
    }

    private void hand(Waiter waiter) {
        Lease lease = new Lease(waiter.wanted());
        if (waiter.deadline().isDisposed()) {
            give(lease);
        } else {
            waiter.sink().success(lease);
        }
    }

    private static CaravanException busy() {
        return new CaravanException(FaultCode.QUEUE_FULL, BUSY);
    }
}
