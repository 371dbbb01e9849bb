package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Gives and takes models' names on every agent that holds them. */
public final class ModelNaming {

    private final AgentStores stores;
    private final AgentTransfers transfers;
    private final FormerCopies former;
    private final ModelSightings sightings;
    private final Holders holders;

    public ModelNaming(
            AgentStores stores,
            AgentTransfers transfers,
            FormerCopies former,
            ModelSightings sightings,
            Views views) {
        this.stores = stores;
        this.transfers = transfers;
        this.former = former;
        this.sightings = sightings;
        this.holders = new Holders(stores, views);
    }

    /**
     * Ends well when it is gone everywhere.
     *
     * @return a {@code MODEL_NOT_FOUND} where no agent has it; where it fails on one, an error that
     *     says where and why
     */
    public Mono<Void> delete(ModelRef name) {
        return everywhere(name, "deleted", agent -> transfers.delete(agent, name))
                .then(sightings.untilGone(name));
    }

    /**
     * The same for a second name, which no other model has from then on: the agents that have one
     * under it and did not copy lose it.
     */
    public Mono<Void> copy(ModelRef source, ModelRef destination) {
        FormerCopies.Before before = former.before(destination);
        return everywhere(source, "copied", agent -> transfers.copy(agent, source, destination))
                .flatMap(done -> alone(destination, done, before));
    }

    private Mono<Void> alone(ModelRef name, List<URI> holders, FormerCopies.Before before) {
        return stores.show(holders.getFirst(), name, false)
                .onErrorComplete()
                .flatMap(
                        shown ->
                                former.remove(shown, holders, before)
                                        .then(
                                                sightings.untilKnown(
                                                        name, new ModelDigest(shown.digest()))));
    }

    private record Outcome(URI agent, Optional<Throwable> failure) {

        boolean isDone() {
            return failure.isEmpty();
        }

        boolean isNotFound() {
            return failure.filter(Holders::isNotFound).isPresent();
        }
    }

    /** Gives the agents where it is done, at least one. */
    private Mono<List<URI>> everywhere(ModelRef name, String done, Function<URI, Mono<Void>> verb) {
        Set<URI> agents = holders.candidates(name);
        List<URI> known = holders.known(name);
        return Flux.fromIterable(agents)
                .flatMap(
                        agent ->
                                verb.apply(agent)
                                        .thenReturn(new Outcome(agent, Optional.empty()))
                                        .onErrorResume(
                                                failure ->
                                                        Mono.just(
                                                                new Outcome(
                                                                        agent,
                                                                        Optional.of(failure)))))
                .collectList()
                .flatMap(outcomes -> judge(name, done, outcomes, known));
    }

    /** An agent that does not answer matters only where it may hold the model. */
    private static Mono<List<URI>> judge(
            ModelRef name, String done, List<Outcome> outcomes, Collection<URI> known) {
        List<Outcome> succeeded = outcomes.stream().filter(Outcome::isDone).toList();
        List<Outcome> failed =
                outcomes.stream()
                        .filter(outcome -> !outcome.isDone() && !outcome.isNotFound())
                        .filter(outcome -> succeeded.isEmpty() || known.contains(outcome.agent()))
                        .toList();
        if (!failed.isEmpty()) {
            return Mono.error(incomplete(name, done, succeeded, failed));
        }
        return succeeded.isEmpty()
                ? Mono.error(outcomes.isEmpty() ? BlobUploads.noAgent() : notFound(name))
                : Mono.just(succeeded.stream().map(Outcome::agent).toList());
    }

    private static CaravanException incomplete(
            ModelRef name, String done, List<Outcome> succeeded, List<Outcome> failed) {
        Outcome first = failed.getFirst();
        FaultCode code =
                first.failure().orElse(null) instanceof CaravanException fault
                        ? fault.code()
                        : FaultCode.UPSTREAM_FAILED;
        List<String> reasons =
                failed.stream()
                        .map(
                                outcome ->
                                        outcome.agent()
                                                + ": "
                                                + outcome.failure()
                                                        .map(Throwable::getMessage)
                                                        .orElse(""))
                        .toList();
        return new CaravanException(
                code,
                "%s: %s on %d of %d nodes; not on %s"
                        .formatted(
                                name.display(),
                                done,
                                succeeded.size(),
                                succeeded.size() + failed.size(),
                                String.join("; ", reasons)));
    }

    private static CaravanException notFound(ModelRef name) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(name.display()));
    }
}
