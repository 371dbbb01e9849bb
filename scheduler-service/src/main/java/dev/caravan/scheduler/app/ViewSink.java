package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import reactor.core.publisher.Mono;

/** Where gateways find the cluster view. */
public interface ViewSink {

    /**
     * Stores the view.
     *
     * @param announce whether gateways are told as well; otherwise it only heals a lost copy
     */
    Mono<Void> publish(Version version, ViewContent content, boolean announce);
}
