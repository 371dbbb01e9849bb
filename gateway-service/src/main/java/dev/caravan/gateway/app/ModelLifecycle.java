package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.core.routing.RouteRequest;
import dev.caravan.core.run.RunRequest;
import java.util.HashSet;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Loads and unloads a model for a client that asks for no answer; takes no slot and no place. */
public final class ModelLifecycle {

    /** A view that has more of them is worth no more tries. */
    private static final int MOST_GONE = 4;

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

    /**
     * Ends when the model is loaded and its time runs anew, for as long as the request says. Its
     * agent is asked in any case: the view may still have a replica that is gone.
     */
    public Mono<Void> load(RunRequest request) {
        return load(request, Set.of());
    }

    private Mono<Void> load(RunRequest request, Set<ReplicaId> gone) {
        return ready(request, gone)
                .flatMap(
                        loaded ->
                                replicas.keepAlive(loaded, request.keepAlive())
                                        .onErrorResume(
                                                fault -> isGone(fault) && gone.size() < MOST_GONE,
                                                _ -> {
                                                    ReplicaId id = loaded.replica().id();
                                                    selector.forget(id);
                                                    return load(request, with(gone, id));
                                                }));
    }

    private static boolean isGone(Throwable fault) {
        return fault instanceof CaravanException known && known.code().isOfReplica();
    }

    private static Set<ReplicaId> with(Set<ReplicaId> gone, ReplicaId one) {
        Set<ReplicaId> all = new HashSet<>(gone);
        all.add(one);
        return all;
    }

    /** Does not wait for requests that still run. */
    public Mono<Void> unload(RunRequest request) {
        return loader.unload(request.id(), request.digest());
    }

    private Mono<Loaded> ready(RunRequest request, Set<ReplicaId> gone) {
        RouteRequest route = new RouteRequest(request.digest(), request.contextLength(), gone);
        return switch (selector.find(route)) {
            case RouteDecision.Warm(var candidate, _) ->
                    Mono.just(new Loaded(candidate.replica(), candidate.agent()));
            case RouteDecision.Busy() -> Mono.empty();
            case RouteDecision.Cold() ->
                    coldStarts.load(LoadWish.of(request, gone)).doOnNext(selector::learn);
            case RouteDecision.Refused(var code, var detail) ->
                    Mono.error(new CaravanException(code, detail));
        };
    }
}
