package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Progress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes models out of those of an Ollama server, in its store and by its own API. */
final class OllamaMaker implements ModelMaker {

    private final OllamaServer server;
    private final OllamaHttp http;
    private final Function<BlobDigest, Mono<Path>> blobs;

    /**
     * @param blobs files of the agent's own store, where uploads come to
     */
    OllamaMaker(OllamaServer server, OllamaHttp http, Function<BlobDigest, Mono<Path>> blobs) {
        this.server = server;
        this.http = http;
        this.blobs = blobs;
    }

    @Override
    public Flux<Progress> make(ModelRecipe recipe) {
        if (recipe.continuation() != Continuation.FLUENT) {
            return Flux.error(
                    new CaravanException(
                            FaultCode.INVALID_REQUEST,
                            "continuation: %s (expected: fluent; %s is in the store of an Ollama server, which keeps no policies)"
                                    .formatted(
                                            recipe.continuation().label(),
                                            recipe.from().map(ModelRef::display).orElse(""))));
        }
        return Flux.fromIterable(recipe.adapters().values())
                .concatMap(this::handOver)
                .thenMany(http.stream("/api/create", body(recipe), new StepReader()::read))
                .onErrorMap(EngineRefusal.class, OllamaMaker::ofOurOwn)
                // a request for the model finds it once it has been seen
                .concatMap(
                        step ->
                                step.equals(Progress.SUCCESS)
                                        ? server.refreshed().thenReturn(step)
                                        : Mono.just(step));
    }

    /** A 500 of it is one of ours. */
    private static CaravanException ofOurOwn(EngineRefusal refusal) {
        return refusal.code() == FaultCode.UPSTREAM_FAILED
                ? new CaravanException(
                        FaultCode.INTERNAL, String.valueOf(refusal.getMessage()), refusal)
                : refusal;
    }

    private Mono<Void> handOver(BlobDigest digest) {
        return blobs.apply(digest).flatMap(file -> http.upload("/api/blobs/" + digest, file));
    }

    private static Map<String, Object> body(ModelRecipe recipe) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", recipe.name().display());
        put(body, "from", recipe.from().map(ModelRef::display));
        Map<String, String> adapters = new LinkedHashMap<>();
        recipe.adapters().forEach((file, digest) -> adapters.put(file, digest.toString()));
        put(body, "adapters", filled(adapters));
        put(body, "template", recipe.texts().template());
        put(body, "system", recipe.texts().system());
        put(body, "license", filled(recipe.texts().licenses()));
        put(body, "parameters", filled(recipe.parameters()));
        put(body, "messages", recipe.messages().map(OllamaJson.MAPPER::readTree));
        put(body, "quantize", recipe.quantize());
        config(recipe.config(), body);
        body.put("stream", true);
        return body;
    }

    private static void config(ModelRecipe.Config config, Map<String, Object> body) {
        put(body, "renderer", filled(config.renderer()));
        put(body, "parser", filled(config.parser()));
        put(body, "requires", filled(config.requires()));
        Map<String, Object> info = new LinkedHashMap<>();
        put(info, "capabilities", filled(config.capabilities()));
        put(info, "model_family", filled(config.family()));
        put(info, "base_name", filled(config.baseName()));
        put(info, "quantization_level", filled(config.quantization()));
        put(info, "parameter_size", filled(config.parameterSize()));
        put(info, "context_length", filled(config.contextLength()));
        put(info, "embedding_length", filled(config.embeddingLength()));
        put(body, "info", filled(info));
    }

    private static void put(Map<String, Object> body, String name, Optional<?> value) {
        value.ifPresent(present -> body.put(name, present));
    }

    private static Optional<String> filled(String text) {
        return Optional.of(text).filter(some -> !some.isEmpty());
    }

    private static Optional<Integer> filled(int number) {
        return Optional.of(number).filter(some -> some > 0);
    }

    private static Optional<List<String>> filled(List<String> texts) {
        return Optional.of(texts).filter(some -> !some.isEmpty());
    }

    private static Optional<Map<String, ?>> filled(Map<String, ?> values) {
        return Optional.<Map<String, ?>>of(values).filter(some -> !some.isEmpty());
    }
}
