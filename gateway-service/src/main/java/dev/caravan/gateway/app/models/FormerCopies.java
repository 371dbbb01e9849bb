package dev.caravan.gateway.app.models;

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
     * Ends well whatever an agent says: the new model is made, and what is left is seen in the list
     * of models.
     *
     * @param digest of the model that has the name now
     * @param makers agents that have it
     */
    Mono<Void> remove(ModelRef name, String digest, Collection<URI> makers) {
        return Flux.fromIterable(stores.addresses())
                .filter(agent -> !makers.contains(agent))
                .flatMap(
                        agent ->
                                stores.show(agent, name, false)
                                        .filter(shown -> !shown.digest().equals(digest))
                                        .flatMap(_ -> transfers.delete(agent, name))
                                        .onErrorComplete())
                .then();
    }
}
