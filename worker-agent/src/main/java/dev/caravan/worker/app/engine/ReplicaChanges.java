package dev.caravan.worker.app.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Says that something about the replicas has changed, and counts what only happens. */
public final class ReplicaChanges {

    /** Told on the thread where it happens; has to be quick. */
    public interface Listener {
        void loaded(Replica replica, Duration took);

        void crashed(Replica replica);

        /** Its engine is ended since it makes no progress; that end is told as a crash too. */
        default void stalled(Replica replica) {}
    }

    private final Sinks.Many<Boolean> signals = Sinks.many().multicast().directBestEffort();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /**
     * A signal after each change; who reads slowly sees one for several. Look at the replicas for
     * what has changed.
     */
    public Flux<Boolean> signals() {
        return signals.asFlux().onBackpressureLatest();
    }

    /** Slots are taken on many threads, and the sink takes one signal at a time. */
    synchronized void signal() {
        signals.tryEmitNext(Boolean.TRUE);
    }

    void loaded(Replica replica, Duration took) {
        signal();
        listeners.forEach(listener -> listener.loaded(replica, took));
    }

    void stalled(Replica replica) {
        signal();
        listeners.forEach(listener -> listener.stalled(replica));
    }

    void crashed(Replica replica) {
        listeners.forEach(listener -> listener.crashed(replica));
    }
}
