package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelDigest;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes a model on an agent that holds its file. "success" is held back until a request for the
 * model would find it, so that a client may ask at once.
 */
public final class ModelCreation {

    private final AgentStores stores;
    private final CreateSources sources;
    private final FormerCopies former;
    private final ModelSightings sightings;

    public ModelCreation(
            AgentStores stores,
            CreateSources sources,
            FormerCopies former,
            ModelSightings sightings) {
        this.stores = stores;
        this.sources = sources;
        this.former = former;
        this.sightings = sightings;
    }

    /**
     * Ollama's steps; an error before the first of them means that nothing was done.
     *
     * @param insecure a model that it begins with and that is not here is pulled over plain HTTP
     */
    public Flux<Progress> create(NewModel model, boolean insecure) {
        return Flux.concat(
                sources.gather(model, insecure),
                Flux.defer(() -> sources.places(model).flatMapMany(agents -> made(agents, model))));
    }

    /** On each of the agents; a model that is computed anew only on one. */
    private Flux<Progress> made(List<URI> agents, NewModel model) {
        URI first = agents.getFirst();
        List<URI> others =
                model.quantize().isPresent() ? List.of() : agents.subList(1, agents.size());
        FormerCopies.Before before = former.before(model.name());
        return Flux.concat(
                stores.create(first, model).filter(step -> !step.isSuccess()),
                Flux.fromIterable(others).concatMap(agent -> again(agent, model)),
                untilVisible(first, others, model, before)
                        .thenReturn(Progress.of(Progress.SUCCESS)));
    }

    /** The same on another holder; only its failure is told. */
    private Flux<Progress> again(URI agent, NewModel model) {
        return stores.create(agent, model)
                .ignoreElements()
                .cast(Progress.class)
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

    private Mono<Void> untilVisible(
            URI first, List<URI> others, NewModel model, FormerCopies.Before before) {
        List<URI> makers = Stream.concat(Stream.of(first), others.stream()).toList();
        return stores.show(first, model.name(), false)
                .onErrorComplete()
                .flatMap(
                        shown ->
                                former.remove(shown, makers, before)
                                        .then(untilKnown(shown, model).onErrorComplete()));
    }

    private Mono<Void> untilKnown(ShownModel shown, NewModel model) {
        return sightings.untilKnown(
                model.name(),
                new ModelDigest(shown.digest()),
                entry -> entry.continuation() == model.continuation());
    }
}
