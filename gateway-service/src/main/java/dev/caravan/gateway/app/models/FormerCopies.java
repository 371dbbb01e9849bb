package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelRef;
import java.net.URI;
import java.util.Collection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes a name from the agents that still have another model under it, once it is given anew. */
public final class FormerCopies {

    private final AgentStores stores;
    private final AgentTransfers transfers;

    public FormerCopies(AgentStores stores, AgentTransfers transfers) {
        this.stores = stores;
        this.transfers = transfers;
    }

    /**
     * Of two that are made at once the later one stays. Agents that do not say what they have are
     * left alone; one that has it and does not give it up is an error that names it.
     *
     * @param made the model that has the name now
     * @param makers agents that have it
     */
    Mono<Void> remove(ShownModel made, Collection<URI> makers) {
        return Flux.fromIterable(stores.addresses())
                .filter(agent -> !makers.contains(agent))
                .flatMap(
                        agent ->
                                stores.show(agent, made.name(), false)
                                        .onErrorComplete()
                                        .filter(shown -> isFormer(shown, made))
                                        .flatMap(_ -> remove(agent, made.name())))
                .then();
    }

    private static boolean isFormer(ShownModel shown, ShownModel made) {
        return !shown.digest().equals(made.digest())
                && shown.modifiedAt().isBefore(made.modifiedAt());
    }

    private Mono<Void> remove(URI agent, ModelRef name) {
        return transfers
                .delete(agent, name)
                .onErrorMap(
                        CaravanException.class,
                        failure ->
                                new CaravanException(
                                        failure.code(),
                                        "made, but %s still has the model before under that name: %s"
                                                .formatted(agent, failure.getMessage()),
                                        failure));
    }
}
