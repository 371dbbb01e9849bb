package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.time.Duration;
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
    public Flux<String> create(NewModel model) {
        return blobs.holders(model.blob())
                .flatMapMany(
                        holders ->
                                holders.isEmpty()
                                        ? Flux.error(missing(model.blob()))
                                        : createAt(holders.getFirst(), model));
    }

    private Flux<String> createAt(URI agent, NewModel model) {
        return stores.create(agent, model)
                .concatMap(
                        step ->
                                step.equals(SUCCESS)
                                        ? untilVisible(agent, model).thenReturn(step)
                                        : Mono.just(step));
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

    private static CaravanException missing(String blob) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                        .formatted(blob, blob));
    }
}
