package dev.caravan.gateway.app;

import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Tells of agents that failed; what they answer, be it a refusal, passes as it is. */
public final class WatchedReplicas implements Replicas {

    private final Replicas replicas;
    private final Sightings sightings;

    public WatchedReplicas(Replicas replicas, Sightings sightings) {
        this.replicas = replicas;
        this.sightings = sightings;
    }

    @Override
    public Flux<List<RunFrame>> run(Loaded target, RunRequest request) {
        return replicas.run(target, request).doOnError(fault -> tell(target, fault));
    }

    @Override
    public Mono<Void> keepAlive(Loaded target, KeepAlive keepAlive) {
        return replicas.keepAlive(target, keepAlive).doOnError(fault -> tell(target, fault));
    }

    private void tell(Loaded target, Throwable fault) {
        Sightings.Kind.of(fault).ifPresent(kind -> sightings.saw(target.agent(), kind));
    }
}
