package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes a model on an agent that holds its file. "success" is held back until a request for the
 * model would find it, so that a client may ask at once.
 */
public final class ModelCreation {

    private static final Logger log = LoggerFactory.getLogger(ModelCreation.class);

    private static final String SUCCESS = "success";
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final AgentStores stores;
    private final BlobUploads blobs;
    private final Catalogue catalogue;
    private final Views views;
    private final Duration visibleWithin;

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
        this.catalogue = catalogue;
        this.views = views;
        this.visibleWithin = visibleWithin;
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
                .flatMap(shown -> look(model, new ModelDigest(shown.digest())))
                .timeout(visibleWithin)
                .onErrorResume(
                        late -> {
                            log.atWarn()
                                    .addKeyValue("model", model.name())
                                    .addKeyValue("cause", late.toString())
                                    .log("model made, but not yet seen by all");
                            return Mono.empty();
                        });
    }

    private Mono<Void> look(NewModel model, ModelDigest digest) {
        return Mono.defer(
                        () ->
                                isInView(views.current(), model, digest)
                                        ? isInCatalogue(model, digest)
                                        : Mono.just(false))
                .filter(Boolean::booleanValue)
                .repeatWhenEmpty(Integer.MAX_VALUE, tries -> tries.delayElements(LOOK_EVERY))
                .then();
    }

    private static boolean isInView(ClusterView view, NewModel model, ModelDigest digest) {
        return view.model(model.name())
                .filter(
                        entry ->
                                entry.digest().equals(digest)
                                        && entry.continuation() == model.continuation())
                .isPresent();
    }

    private Mono<Boolean> isInCatalogue(NewModel model, ModelDigest digest) {
        return catalogue
                .models()
                .map(
                        models ->
                                models.stream()
                                        .anyMatch(
                                                entry ->
                                                        entry.name().sameAs(model.name())
                                                                && entry.digest().equals(digest)))
                .onErrorReturn(false);
    }

    private static CaravanException missing(String blob) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                        .formatted(blob, blob));
    }
}
