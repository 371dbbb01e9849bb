package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Shows a model as one of its holders has it. */
public final class ModelShows {

    private final AgentStores stores;
    private final Holders holders;

    public ModelShows(AgentStores stores, Views views) {
        this.stores = stores;
        this.holders = new Holders(stores, views);
    }

    /**
     * Asks the holders of the view first, then the other agents, one after the other.
     *
     * @return the model; a {@code MODEL_NOT_FOUND} where no agent has it, a {@code NO_CAPACITY}
     *     where those that might have it do not answer
     */
    public Mono<ShownModel> show(ModelRef name, boolean verbose) {
        List<Throwable> failures = new ArrayList<>();
        return Flux.fromIterable(holders.candidates(name))
                .concatMap(
                        agent ->
                                stores.show(agent, name, verbose)
                                        .onErrorResume(
                                                failure -> {
                                                    failures.add(failure);
                                                    return Mono.empty();
                                                }),
                        1)
                .next()
                .switchIfEmpty(Mono.error(() -> failure(name, failures)));
    }

    private static Throwable failure(ModelRef name, List<Throwable> failures) {
        return failures.stream()
                .filter(failure -> !isNotFound(failure))
                .findFirst()
                .orElseGet(() -> failures.isEmpty() ? BlobUploads.noAgent() : notFound(name));
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }

    private static CaravanException notFound(ModelRef name) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(name.display()));
    }
}
