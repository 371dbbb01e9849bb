package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Waits until a change of the models is seen by all who answer for them, so that a client may ask
 * at once. What takes too long is logged and not waited for: the change itself is done.
 */
public final class ModelSightings {

    private static final Logger log = LoggerFactory.getLogger(ModelSightings.class);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final Catalogue catalogue;
    private final Views views;
    private final Duration within;

    /**
     * @param within how long is waited at most
     */
    public ModelSightings(Catalogue catalogue, Views views, Duration within) {
        this.catalogue = catalogue;
        this.views = views;
        this.within = within;
    }

    Mono<Void> untilKnown(ModelRef name, ModelDigest digest) {
        return untilKnown(name, digest, _ -> true);
    }

    /**
     * @param condition of the model's entry in the view
     */
    Mono<Void> untilKnown(ModelRef name, ModelDigest digest, Predicate<ModelEntry> condition) {
        return until(
                name,
                () ->
                        views.current()
                                .model(name)
                                .filter(entry -> entry.digest().equals(digest))
                                .filter(condition)
                                .isPresent(),
                models ->
                        models.stream()
                                .anyMatch(
                                        model ->
                                                model.name().sameAs(name)
                                                        && model.digest().equals(digest)));
    }

    Mono<Void> untilGone(ModelRef name) {
        return until(
                name,
                () -> views.current().model(name).isEmpty(),
                models -> models.stream().noneMatch(model -> model.name().sameAs(name)));
    }

    private Mono<Void> until(
            ModelRef name,
            java.util.function.BooleanSupplier inView,
            Predicate<List<CataloguedModel>> inCatalogue) {
        return Mono.defer(
                        () ->
                                inView.getAsBoolean()
                                        ? catalogue
                                                .models()
                                                .map(inCatalogue::test)
                                                .onErrorReturn(false)
                                        : Mono.just(false))
                .filter(Boolean::booleanValue)
                .repeatWhenEmpty(Integer.MAX_VALUE, tries -> tries.delayElements(LOOK_EVERY))
                .then()
                .timeout(within)
                .onErrorResume(
                        late -> {
                            log.atWarn()
                                    .addKeyValue("model", name)
                                    .addKeyValue("cause", late.toString())
                                    .log("model changed, but not yet seen by all");
                            return Mono.empty();
                        });
    }
}
