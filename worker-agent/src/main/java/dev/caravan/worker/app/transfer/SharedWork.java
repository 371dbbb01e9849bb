package dev.caravan.worker.app.transfer;

import java.util.HashMap;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * Work that is done once however many wait for it, and given up when the last of them leaves. Who
 * comes later sees the last signal, and what follows. (Reactor's own {@code refCount} starts a
 * second run where one comes as the last one leaves, so the count is kept here.)
 */
final class SharedWork<K, V> {

    /** Guarded by this. */
    private final Map<K, Run<V>> running = new HashMap<>();

    private static final class Run<V> {
        private final Disposable.Swap connection = Disposables.swap();
        private final Flux<V> signals;
        private int waiting;

        Run(Flux<V> work) {
            this.signals = work.replay(1).autoConnect(1, connection::update);
        }
    }

    Flux<V> join(K key, Flux<V> work) {
        return Flux.using(() -> enter(key, work), run -> run.signals, run -> leave(key, run));
    }

    private synchronized Run<V> enter(K key, Flux<V> work) {
        Run<V> run = running.computeIfAbsent(key, _ -> new Run<>(work));
        run.waiting++;
        return run;
    }

    private void leave(K key, Run<V> run) {
        synchronized (this) {
            run.waiting--;
            if (run.waiting > 0) {
                return;
            }
            running.remove(key, run);
        }
        run.connection.dispose();
    }
}
