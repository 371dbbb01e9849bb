package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ClusterView;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Keeps the newest of all views offered, from whichever source; an old one undoes nothing. */
public final class NewestView implements Views {

    private final AtomicReference<ClusterView> current = new AtomicReference<>(ClusterView.EMPTY);
    private final Sinks.Many<Boolean> changes = Sinks.many().multicast().directBestEffort();

    /** True where the view is newer than the one that was there. */
    public boolean offer(ClusterView next) {
        ClusterView before = current.getAndAccumulate(next, ClusterView::newer);
        boolean newer = next.version().newerThan(before.version());
        if (newer) {
            synchronized (changes) {
                changes.emitNext(Boolean.TRUE, Sinks.EmitFailureHandler.FAIL_FAST);
            }
        }
        return newer;
    }

    @Override
    public ClusterView current() {
        return current.get();
    }

    @Override
    public Flux<ClusterView> updates() {
        return changes.asFlux()
                .startWith(Boolean.TRUE)
                .onBackpressureLatest()
                .map(change -> current.get())
                .distinctUntilChanged(ClusterView::version);
    }
}
