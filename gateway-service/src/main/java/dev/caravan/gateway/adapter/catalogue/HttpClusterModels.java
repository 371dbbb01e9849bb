package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.models.AgentStores;
import dev.caravan.gateway.app.models.ClusterModels;
import dev.caravan.platform.Neighbours;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The registry's catalogue, to which agents' reports add what is loaded and where. */
public final class HttpClusterModels implements ClusterModels {

    private static final String REGISTRY = "registry-service";

    private final WebClient client;
    private final Neighbours neighbours;
    private final AgentStores stores;
    private final Duration patience;

    /**
     * @param stores know the agents' addresses
     * @param patience how long one neighbour may take to answer
     */
    public HttpClusterModels(
            WebClient client, Neighbours neighbours, AgentStores stores, Duration patience) {
        this.client = client;
        this.neighbours = neighbours;
        this.stores = stores;
        this.patience = patience;
    }

    @Override
    public Mono<byte[]> json() {
        return Mono.zip(catalogue(), reports())
                .map(
                        both ->
                                WireJson.mapper()
                                        .writeValueAsBytes(
                                                LoadedModels.of(both.getT1(), both.getT2())));
    }

    private Mono<CatalogueMessage> catalogue() {
        return Flux.fromIterable(neighbours.instances(REGISTRY))
                .concatMapDelayError(
                        registry ->
                                ask(registry.resolve(Routes.CATALOGUE), CatalogueMessage.class)
                                        .onErrorMap(
                                                failure -> Calls.away(failure, REGISTRY, registry)),
                        1)
                .next()
                .onErrorMap(failures -> Exceptions.unwrapMultiple(failures).getLast())
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.NO_CAPACITY,
                                                REGISTRY + " is not known here; try again")));
    }

    /** Agents that do not answer are left out, and what they run. */
    private Mono<List<AgentReport>> reports() {
        return Flux.fromIterable(stores.addresses())
                .flatMap(
                        agent ->
                                ask(agent.resolve(Routes.REPORT), AgentReport.class)
                                        .onErrorResume(_ -> Mono.empty()))
                .distinct(AgentReport::agentId)
                .collectList();
    }

    private <T> Mono<T> ask(URI address, Class<T> type) {
        return client.get()
                .uri(address)
                .exchangeToMono(response -> Calls.record(response, type))
                .timeout(patience);
    }
}
