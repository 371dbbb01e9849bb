package dev.caravan.worker.app.engine;

import java.util.Optional;

/**
 * The slots of one replica. A slot is granted at once or not at all; waiting is the gateway's
 * affair, so that nothing queues inside an engine. Safe for any number of threads.
 */
public final class SlotGate {

    private final int total;
    private final Runnable changed;
    private int limit;
    private int running;
    private int settling;
    private boolean closed;
    private boolean held;

    /**
     * @param changed told after each change, on the thread that made it; has to be quick
     */
    public SlotGate(int total, Runnable changed) {
        if (total < 1) {
            throw new IllegalArgumentException("slots: " + total + " (expected: >= 1)");
        }
        this.total = total;
        this.limit = total;
        this.changed = changed;
    }

    /**
     * Grants no more than that many at once from now on; those granted are not affected.
     *
     * @param slots 1 to {@link #total}
     */
    public void limit(int slots) {
        if (slots < 1 || slots > total) {
            throw new IllegalArgumentException(
                    "slots: " + slots + " (expected: 1 to " + total + ")");
        }
        synchronized (this) {
            if (limit == slots) {
                return;
            }
            limit = slots;
        }
        changed.run();
    }

    /** A slot, or empty where all are taken or the gate is closed. */
    public Optional<Slot> take() {
        synchronized (this) {
            if (closed || held || running + settling >= limit) {
                return Optional.empty();
            }
            running++;
        }
        changed.run();
        return Optional.of(new Slot());
    }

    /** As if all slots were taken from now on; those granted are not affected. */
    public void hold() {
        synchronized (this) {
            held = true;
        }
        changed.run();
    }

    /** No slot is granted from now on; those granted are not affected. */
    public synchronized void close() {
        closed = true;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    public int total() {
        return total;
    }

    /** Slots in use. */
    public synchronized int busy() {
        return running + settling;
    }

    /** Slots that cannot be granted now: those in use, and those that the limit keeps back. */
    public synchronized int taken() {
        return held ? total : Math.min(total, running + settling + total - limit);
    }

    /** Slots whose run goes on; the engine works on no others once it has settled. */
    public synchronized int running() {
        return running;
    }

    /** One granted slot; whoever holds it releases it. */
    public final class Slot {

        private enum State {
            RUNNING,
            SETTLING,
            RELEASED
        }

        private State state = State.RUNNING;

        private Slot() {}

        /** The run is over but the engine may not know yet; the slot stays taken. */
        public void settle() {
            synchronized (SlotGate.this) {
                if (state == State.RUNNING) {
                    state = State.SETTLING;
                    running--;
                    settling++;
                }
            }
        }

        /** Gives the slot back; only the first call counts. */
        public void release() {
            synchronized (SlotGate.this) {
                switch (state) {
                    case RUNNING -> running--;
                    case SETTLING -> settling--;
                    case RELEASED -> {
                        return;
                    }
                }
                state = State.RELEASED;
            }
            changed.run();
        }
    }
}
