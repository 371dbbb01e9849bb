package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a new model is made of: where that is, and how it comes to be all in one place. */
public final class CreateSources {

    private final AgentStores stores;
    private final BlobUploads blobs;
    private final AgentTransfers transfers;
    private final ModelTransfers pulls;
    private final Holders holders;

    public CreateSources(
            AgentStores stores,
            BlobUploads blobs,
            AgentTransfers transfers,
            ModelTransfers pulls,
            Views views) {
        this.stores = stores;
        this.blobs = blobs;
        this.transfers = transfers;
        this.pulls = pulls;
        this.holders = new Holders(stores, views);
    }

    private record Holder(URI agent, ModelDigest digest) {}

    /**
     * Pulls the model that the new one begins with where no agent has it, and lets an agent that
     * has all the blobs take it over where that one has not; tells the layers' steps.
     *
     * @param insecure pulls over plain HTTP
     */
    Flux<Progress> gather(NewModel model, boolean insecure) {
        return Mono.justOrEmpty(model.from())
                .flatMapMany(
                        from ->
                                withBlobs(model)
                                        .flatMapMany(
                                                agents ->
                                                        Flux.concat(
                                                                pulled(from, insecure),
                                                                takenOver(from, agents))));
    }

    /** The agents where all is; an {@code INVALID_REQUEST} where there are none. */
    Mono<List<URI>> places(NewModel model) {
        return withBlobs(model)
                .flatMap(
                        agents ->
                                model.from()
                                        .map(from -> places(model, from, agents))
                                        .orElseGet(() -> Mono.just(agents.orElse(List.of()))));
    }

    private Mono<List<URI>> places(NewModel model, ModelRef from, Optional<List<URI>> withBlobs) {
        return holders(from)
                .map(
                        found ->
                                found.stream()
                                        .map(Holder::agent)
                                        .filter(
                                                agent ->
                                                        withBlobs.isEmpty()
                                                                || withBlobs.get().contains(agent))
                                        .toList())
                .filter(agents -> !agents.isEmpty())
                .switchIfEmpty(Mono.error(() -> scattered(model)));
    }

    /** Those that have each blob; empty where none is needed. */
    private Mono<Optional<List<URI>>> withBlobs(NewModel model) {
        return Flux.fromIterable(model.blobs())
                .concatMap(blob -> blobs.holders(blob).flatMap(found -> found(blob, found)))
                .reduce(CreateSources::inBoth)
                .map(agents -> require(model, agents))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty());
    }

    private static List<URI> inBoth(List<URI> some, List<URI> others) {
        List<URI> both = new ArrayList<>(some);
        both.retainAll(others);
        return both;
    }

    private static List<URI> require(NewModel model, List<URI> agents) {
        if (agents.isEmpty()) {
            throw scattered(model);
        }
        return agents;
    }

    private static Mono<List<URI>> found(String blob, List<URI> holders) {
        return holders.isEmpty() ? Mono.error(missing(blob)) : Mono.just(holders);
    }

    private Mono<List<Holder>> holders(ModelRef from) {
        return Flux.fromIterable(stores.addresses())
                .flatMapSequential(agent -> holder(agent, from).onErrorComplete())
                .collectList();
    }

    private Mono<Holder> holder(URI agent, ModelRef name) {
        return stores.show(agent, name, false)
                .map(shown -> new Holder(agent, new ModelDigest(shown.digest())))
                .onErrorResume(Holders::isNotFound, _ -> Mono.empty());
    }

    private Flux<Progress> pulled(ModelRef from, boolean insecure) {
        return holders(from)
                .filter(List::isEmpty)
                .flatMapMany(
                        _ ->
                                Flux.concat(
                                        requireAllAsked(from),
                                        pulls.pull(from, insecure)
                                                // Only the new model is the end that was asked for.
                                                .filter(step -> !step.isSuccess())
                                                .onErrorMap(CreateSources::ofThePull)));
    }

    /** A holder that does not answer just now is no reason to take another model of that name. */
    private Mono<Progress> requireAllAsked(ModelRef from) {
        return Flux.fromIterable(holders.known(from))
                .concatMap(agent -> holder(agent, from))
                .then(Mono.empty());
    }

    /** Ollama answers 500 whatever its pull failed for. */
    private static Throwable ofThePull(Throwable failure) {
        return failure instanceof CaravanException fault && fault.code() != FaultCode.NO_CAPACITY
                ? new CaravanException(
                        FaultCode.INTERNAL, String.valueOf(fault.getMessage()), fault)
                : failure;
    }

    private Flux<Progress> takenOver(ModelRef from, Optional<List<URI>> withBlobs) {
        return Mono.justOrEmpty(withBlobs)
                .zipWith(Mono.defer(() -> holders(from)))
                .filter(
                        both ->
                                both.getT2().stream()
                                        .map(Holder::agent)
                                        .noneMatch(both.getT1()::contains))
                .flatMapMany(both -> fetched(both.getT1().getFirst(), from, both.getT2()))
                .filter(step -> step.layer().isPresent());
    }

    private Flux<Progress> fetched(URI agent, ModelRef from, List<Holder> holders) {
        ModelDigest digest = holders.getFirst().digest();
        return transfers.fetch(
                agent,
                from,
                digest,
                holders.stream()
                        .filter(holder -> holder.digest().equals(digest))
                        .map(Holder::agent)
                        .toList());
    }

    private static CaravanException scattered(NewModel model) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "%s: no agent has all of %s (expected: one that does; send the blobs again)"
                        .formatted(
                                model.name().display(),
                                Stream.concat(
                                                model.from().map(ModelRef::display).stream(),
                                                model.blobs().stream())
                                        .toList()));
    }

    private static CaravanException missing(String blob) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                        .formatted(blob, blob));
    }
}
