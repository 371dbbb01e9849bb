package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Pulls models into the cluster and pushes them out of it. "success" of a pull is held back until a
 * request for the model would find it.
 */
public final class ModelTransfers {

    private final AgentStores stores;
    private final AgentTransfers transfers;
    private final AgentSurvey survey;
    private final FormerCopies former;
    private final ModelSightings sightings;
    private final Holders holders;

    public ModelTransfers(
            AgentStores stores,
            AgentTransfers transfers,
            AgentSurvey survey,
            FormerCopies former,
            ModelSightings sightings,
            Views views) {
        this.stores = stores;
        this.transfers = transfers;
        this.survey = survey;
        this.former = former;
        this.sightings = sightings;
        this.holders = new Holders(stores, views);
    }

    /**
     * Where agents hold the name already, one of them pulls and the others take the new model over
     * from it; else it comes to an agent with room. Others that have another model under that name
     * lose it when the new one is there.
     */
    public Flux<Progress> pull(ModelRef name, boolean insecure) {
        FormerCopies.Before before = former.before(name);
        return holdersOrPlace(name)
                .flatMapMany(
                        agents ->
                                transfers
                                        .pull(agents.getFirst(), name, insecure)
                                        .concatMap(
                                                step ->
                                                        step.isSuccess()
                                                                ? shared(name, agents, before)
                                                                        .concatWithValues(step)
                                                                : Mono.just(step)));
    }

    private Mono<List<URI>> holdersOrPlace(ModelRef name) {
        List<URI> reachable = stores.addresses();
        List<URI> known = holders.known(name).stream().filter(reachable::contains).toList();
        return known.isEmpty()
                ? survey.states()
                        .flatMap(states -> Mono.justOrEmpty(PullPlace.choose(name, states)))
                        .map(place -> List.of(place.address()))
                        .switchIfEmpty(Mono.error(BlobUploads::noAgent))
                : Mono.just(known);
    }

    /** What was pulled by the first, by all; the layers' steps are told as they come. */
    private Flux<Progress> shared(ModelRef name, List<URI> agents, FormerCopies.Before before) {
        URI first = agents.getFirst();
        return stores.show(first, name, false)
                // It was pulled; that the agent cannot be asked just now takes nothing from that.
                .onErrorComplete()
                .flatMapMany(
                        shown ->
                                Flux.concat(
                                        fetched(shown, first, agents.subList(1, agents.size())),
                                        former.remove(shown, agents, before).then(Mono.empty()),
                                        sightings
                                                .untilKnown(name, new ModelDigest(shown.digest()))
                                                .then(Mono.empty())));
    }

    private Flux<Progress> fetched(ShownModel pulled, URI holder, List<URI> agents) {
        return Flux.fromIterable(agents)
                .concatMap(
                        agent ->
                                transfers.fetch(
                                        agent,
                                        pulled.name(),
                                        new ModelDigest(pulled.digest()),
                                        List.of(holder)))
                .filter(step -> step.layer().isPresent());
    }

    /** A {@code MODEL_NOT_FOUND} before the first step where no agent has it. */
    public Flux<Progress> push(ModelRef name, boolean insecure) {
        return Flux.fromIterable(holders.candidates(name))
                .concatMap(
                        agent ->
                                stores.show(agent, name, false).thenReturn(agent).onErrorComplete(),
                        1)
                .next()
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.MODEL_NOT_FOUND,
                                                "model '%s' not found".formatted(name.display()))))
                .flatMapMany(agent -> transfers.push(agent, name, insecure));
    }
}
