package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes a name from the agents that still have another model under it, once it is given anew: by a
 * create, a copy or a pull.
 */
public final class FormerCopies {

    private final AgentStores stores;
    private final AgentTransfers transfers;
    private final Views views;
    private final Holders holders;

    public FormerCopies(AgentStores stores, AgentTransfers transfers, Views views) {
        this.stores = stores;
        this.transfers = transfers;
        this.views = views;
        this.holders = new Holders(stores, views);
    }

    /**
     * What a name meant before it was given anew.
     *
     * @param digest of its model; empty: it had none
     * @param holders agents that were known to hold that model
     */
    record Before(Optional<ModelDigest> digest, Set<URI> holders) {

        boolean mayKeep(URI agent, ShownModel made) {
            return holders.contains(agent) && !isModel(made);
        }

        /** Whatever the clock of the agent's host says. */
        boolean isAt(URI agent, ShownModel shown) {
            return holders.contains(agent) && isModel(shown);
        }

        private boolean isModel(ShownModel shown) {
            return digest.filter(known -> known.hex().equals(shown.digest())).isPresent();
        }
    }

    /** An agent that has not given the name up, and why. */
    private record Kept(URI agent, CaravanException why) {

        String text() {
            return "%s still has the model before under that name: %s"
                    .formatted(agent, why.getMessage());
        }
    }

    /** To be asked for before anything is done; from memory. */
    Before before(ModelRef name) {
        return new Before(
                views.current().model(name).map(entry -> entry.digest()),
                Set.copyOf(holders.known(name)));
    }

    /**
     * Of two that are made at once the later one stays. Agents that were not known to have the name
     * and do not say what they have are left alone. One that has it, or had it and does not answer,
     * and does not give it up is an error that names it; the others have given it up even so.
     *
     * @param made the model that has the name now
     * @param makers agents that have it
     */
    Mono<Void> remove(ShownModel made, Collection<URI> makers, Before before) {
        Set<URI> agents = new LinkedHashSet<>(stores.addresses());
        agents.addAll(before.holders());
        makers.forEach(agents::remove);
        return Flux.fromIterable(agents)
                .flatMap(
                        agent ->
                                removeFormer(agent, made, before)
                                        .onErrorResume(
                                                CaravanException.class,
                                                why -> Mono.just(new Kept(agent, why))))
                .collectList()
                .flatMap(kept -> kept.isEmpty() ? Mono.empty() : Mono.error(failure(kept)));
    }

    private Mono<Kept> removeFormer(URI agent, ShownModel made, Before before) {
        return stores.show(agent, made.name(), false)
                .onErrorResume(
                        failure -> Holders.isNotFound(failure) || !before.mayKeep(agent, made),
                        _ -> Mono.empty())
                .filter(shown -> !shown.digest().equals(made.digest()))
                .filter(
                        shown ->
                                before.isAt(agent, shown)
                                        || shown.modifiedAt().isBefore(made.modifiedAt()))
                .flatMap(
                        _ ->
                                transfers
                                        .delete(agent, made.name())
                                        .onErrorResume(Holders::isNotFound, _ -> Mono.empty()))
                .then(Mono.empty());
    }

    private static CaravanException failure(List<Kept> kept) {
        CaravanException first = kept.getFirst().why();
        return new CaravanException(
                first.code(),
                "done, but " + kept.stream().map(Kept::text).collect(Collectors.joining("; ")),
                first);
    }
}
