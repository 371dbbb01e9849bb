package dev.caravan.gateway.app;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.core.routing.RouteRequest;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.RunRequest;
import reactor.core.publisher.Mono;

/** Loads and unloads a model for a client that asks for no answer; takes no slot and no place. */
public final class ModelLifecycle {

    private final ReplicaSelector selector;
    private final ColdStarts coldStarts;
    private final ModelLoader loader;
    private final Replicas replicas;

    public ModelLifecycle(
            ReplicaSelector selector,
            ColdStarts coldStarts,
            ModelLoader loader,
            Replicas replicas) {
        this.selector = selector;
        this.coldStarts = coldStarts;
        this.loader = loader;
        this.replicas = replicas;
    }

    /** Ends when the model is loaded and stays for as long as the request says. */
    public Mono<Void> load(RunRequest request) {
        return ready(request)
                .flatMap(
                        loaded ->
                                request.keepAlive() instanceof KeepAlive.Unset
                                        ? Mono.empty()
                                        : replicas.keepAlive(loaded, request.keepAlive()));
    }

    /** Does not wait for requests that still run. */
    public Mono<Void> unload(RunRequest request) {
        return loader.unload(request.id(), request.digest());
    }

    private Mono<Loaded> ready(RunRequest request) {
        RouteRequest route = RouteRequest.of(request.digest(), request.contextLength());
        return switch (selector.find(route)) {
            case RouteDecision.Warm(var candidate, _) ->
                    Mono.just(new Loaded(candidate.replica(), candidate.agent()));
            case RouteDecision.Busy() -> Mono.empty();
            case RouteDecision.Cold() ->
                    coldStarts.load(LoadWish.of(request)).doOnNext(selector::learn);
            case RouteDecision.Refused(var code, var detail) ->
                    Mono.error(new CaravanException(code, detail));
        };
    }
}
