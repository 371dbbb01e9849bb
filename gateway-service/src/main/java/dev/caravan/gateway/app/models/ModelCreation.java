package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes a model on an agent that holds its file. "success" is held back until a request for the
 * model would find it, so that a client may ask at once.
 */
public final class ModelCreation {

    private static final String SUCCESS = "success";

    private final AgentStores stores;
    private final BlobUploads blobs;
    private final ModelSightings sightings;

    /**
     * @param visibleWithin how long "success" waits at most; the model is there also without it
     */
    public ModelCreation(
            AgentStores stores,
            BlobUploads blobs,
            Catalogue catalogue,
            Views views,
            Duration visibleWithin) {
        this.stores = stores;
        this.blobs = blobs;
        this.sightings = new ModelSightings(catalogue, views, visibleWithin);
    }

    /** Ollama's steps; an error before the first of them means that nothing was done. */
    public Flux<MakingStep> create(NewModel model) {
        return places(model)
                .flatMapMany(
                        agents ->
                                Flux.concat(
                                        stores.create(agents.getFirst(), model)
                                                .filter(step -> !step.isSuccess()),
                                        Flux.fromIterable(agents.subList(1, agents.size()))
                                                .concatMap(agent -> again(agent, model)),
                                        untilVisible(agents.getFirst(), model)
                                                .thenReturn(MakingStep.of(SUCCESS))));
    }

    /** Where all is that it is made of; a model that is computed anew is made in one place. */
    private Mono<List<URI>> places(NewModel model) {
        return Flux.fromIterable(model.blobs())
                .concatMap(blob -> blobs.holders(blob).flatMap(found -> found(blob, found)))
                .concatWith(Mono.justOrEmpty(model.from()).flatMap(this::holders))
                .reduce(
                        (all, more) -> {
                            List<URI> both = new ArrayList<>(all);
                            both.retainAll(more);
                            return both;
                        })
                .flatMap(
                        agents ->
                                agents.isEmpty()
                                        ? Mono.error(scattered(model))
                                        : Mono.just(
                                                model.quantize().isPresent()
                                                        ? agents.subList(0, 1)
                                                        : agents));
    }

    private static Mono<List<URI>> found(String blob, List<URI> holders) {
        return holders.isEmpty() ? Mono.error(missing(blob)) : Mono.just(holders);
    }

    private Mono<List<URI>> holders(ModelRef from) {
        return Flux.fromIterable(stores.addresses())
                .flatMapSequential(
                        agent ->
                                stores.show(agent, from, false)
                                        .map(_ -> agent)
                                        .onErrorResume(_ -> Mono.empty()))
                .collectList()
                .flatMap(
                        holders ->
                                holders.isEmpty()
                                        ? Mono.error(notFound(from))
                                        : Mono.just(holders));
    }

    /** The same on another holder; only its failure is told. */
    private Flux<MakingStep> again(URI agent, NewModel model) {
        return stores.create(agent, model)
                .ignoreElements()
                .cast(MakingStep.class)
                .onErrorMap(
                        CaravanException.class,
                        failure ->
                                new CaravanException(
                                        failure.code(),
                                        "made, but not on %s: %s"
                                                .formatted(agent, failure.getMessage()),
                                        failure))
                .flux();
    }

    private Mono<Void> untilVisible(URI agent, NewModel model) {
        return stores.show(agent, model.name(), false)
                .flatMap(
                        shown ->
                                sightings.untilKnown(
                                        model.name(),
                                        new ModelDigest(shown.digest()),
                                        entry -> entry.continuation() == model.continuation()))
                .onErrorComplete();
    }

    private static CaravanException notFound(ModelRef name) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND,
                "model '%s' not found (expected: a model of this cluster; pull it first)"
                        .formatted(name.display()));
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
