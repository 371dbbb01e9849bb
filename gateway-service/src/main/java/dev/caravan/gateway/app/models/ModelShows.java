package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Shows a model as one of its holders has it. */
public final class ModelShows {

    private final AgentStores stores;
    private final Views views;

    public ModelShows(AgentStores stores, Views views) {
        this.stores = stores;
        this.views = views;
    }

    /**
     * Asks the holders of the view first, then the other agents, one after the other.
     *
     * @return the model; a {@code MODEL_NOT_FOUND} where no agent has it, a {@code NO_CAPACITY}
     *     where those that might have it do not answer
     */
    public Mono<ShownModel> show(ModelRef name, boolean verbose) {
        List<Throwable> failures = new ArrayList<>();
        return Flux.fromIterable(candidates(name))
                .concatMap(
                        agent ->
                                stores.show(agent, name, verbose)
                                        .onErrorResume(
                                                failure -> {
                                                    failures.add(failure);
                                                    return Mono.empty();
                                                }),
                        1)
                .next()
                .switchIfEmpty(Mono.error(() -> failure(name, failures)));
    }

    private Set<URI> candidates(ModelRef name) {
        ClusterView view = views.current();
        Set<URI> candidates = new LinkedHashSet<>();
        view.model(name)
                .ifPresent(
                        entry ->
                                entry.holders()
                                        .forEach(
                                                holder ->
                                                        address(view, holder)
                                                                .ifPresent(candidates::add)));
        candidates.addAll(stores.addresses());
        return candidates;
    }

    private static Optional<URI> address(ClusterView view, AgentId holder) {
        return view.agent(holder).map(AgentSnapshot::address).map(URI::create);
    }

    private static Throwable failure(ModelRef name, List<Throwable> failures) {
        return failures.stream()
                .filter(failure -> !isNotFound(failure))
                .findFirst()
                .orElseGet(() -> failures.isEmpty() ? BlobUploads.noAgent() : notFound(name));
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }

    private static CaravanException notFound(ModelRef name) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(name.display()));
    }
}
