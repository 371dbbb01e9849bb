package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ClusterView;
import reactor.core.publisher.Flux;

/** The newest view that is known; it only ever gets newer. */
public interface Views {

    /** {@link ClusterView#EMPTY} as long as none has been seen. */
    ClusterView current();

    /** The current view, then each newer one; a slow reader gets the latest only. Never ends. */
    Flux<ClusterView> updates();
}
