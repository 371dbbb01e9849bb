package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.store.StoredModel;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Names in an Ollama server's store, by its own API; only of models that it offers here. */
final class OllamaNames implements ModelNames {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OllamaServer server;
    private final OllamaHttp http;

    OllamaNames(OllamaServer server, OllamaHttp http) {
        this.server = server;
        this.http = http;
    }

    /** What was loaded of it for this agent is unloaded first: without a name it could not be. */
    @Override
    public Mono<Void> remove(ModelRef name) {
        return find(name)
                .flatMap(
                        model ->
                                server.release(model.name())
                                        .then(
                                                asked(
                                                        HttpMethod.DELETE,
                                                        "/api/delete",
                                                        Map.of("model", model.name().display()))));
    }

    @Override
    public Mono<Void> copy(ModelRef source, ModelRef destination) {
        return find(source)
                .flatMap(
                        model ->
                                asked(
                                        HttpMethod.POST,
                                        "/api/copy",
                                        Map.of(
                                                "source",
                                                model.name().display(),
                                                "destination",
                                                destination.display())));
    }

    /** Its owner may have added or removed it since the last look. */
    private Mono<StoredModel> find(ModelRef name) {
        return server.refreshed()
                .then(Mono.defer(() -> Mono.justOrEmpty(server.find(name))))
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.MODEL_NOT_FOUND,
                                                "model '%s' not found".formatted(name.display()))));
    }

    private Mono<Void> asked(HttpMethod method, String path, Object body) {
        return http.done(method, path, body).timeout(PATIENCE).then(server.refreshed());
    }
}
