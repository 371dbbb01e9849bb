package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.Catalogue;
import dev.caravan.gateway.app.models.CataloguedModel;
import dev.caravan.platform.Neighbours;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.Routes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks the registry's instances in turn, and keeps the last catalogue for when they are away. */
public final class RegistryCatalogue implements Catalogue {

    private static final Logger log = LoggerFactory.getLogger(RegistryCatalogue.class);

    private static final String SERVICE = "registry-service";

    private final WebClient client;
    private final Neighbours neighbours;
    private final Duration patience;
    private final AtomicReference<Optional<List<CataloguedModel>>> last =
            new AtomicReference<>(Optional.empty());

    /**
     * @param patience how long one instance may take to answer
     */
    public RegistryCatalogue(WebClient client, Neighbours neighbours, Duration patience) {
        this.client = client;
        this.neighbours = neighbours;
        this.patience = patience;
    }

    @Override
    public Mono<List<CataloguedModel>> models() {
        return Flux.fromIterable(neighbours.instances(SERVICE))
                .concatMap(
                        registry ->
                                ask(registry)
                                        .onErrorResume(
                                                away -> {
                                                    log.atDebug()
                                                            .addKeyValue("registry", registry)
                                                            .addKeyValue("cause", away.getMessage())
                                                            .log("no catalogue from there");
                                                    return Mono.empty();
                                                }),
                        1)
                .next()
                .doOnNext(models -> last.set(Optional.of(models)))
                .switchIfEmpty(Mono.defer(this::lastKnown));
    }

    private Mono<List<CataloguedModel>> lastKnown() {
        return last.get()
                .map(Mono::just)
                .orElseGet(
                        () ->
                                Mono.error(
                                        new CaravanException(
                                                FaultCode.NO_CAPACITY,
                                                SERVICE
                                                        + ": none of "
                                                        + neighbours.instances(SERVICE)
                                                        + " answers and no catalogue is known from"
                                                        + " before; try again")));
    }

    private Mono<List<CataloguedModel>> ask(URI registry) {
        return client.get()
                .uri(registry.resolve(Routes.CATALOGUE))
                .exchangeToMono(response -> Calls.record(response, CatalogueMessage.class))
                .timeout(patience)
                .map(
                        message ->
                                message.models().stream()
                                        .flatMap(model -> model(model).stream())
                                        .toList())
                .onErrorMap(failure -> Calls.away(failure, SERVICE, registry));
    }

    private static Optional<CataloguedModel> model(CatalogueMessage.Model model) {
        return ModelRef.parse(model.name())
                .map(
                        name ->
                                new CataloguedModel(
                                        name,
                                        new ModelDigest(model.digest()),
                                        model.size(),
                                        Instant.ofEpochMilli(model.modifiedAt()),
                                        Descriptions.of(model.details()),
                                        model.capabilities(),
                                        Continuation.parse(model.policy().continuation()),
                                        model.holders().stream().map(AgentId::new).toList(),
                                        Optional.ofNullable(model.fault())));
    }
}
