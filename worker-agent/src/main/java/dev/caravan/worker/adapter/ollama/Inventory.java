package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks an Ollama server what it has: all of it at each look, the details of a model only when it is
 * new or has changed. One look at a time.
 */
final class Inventory {

    /**
     * Every question is answered from memory or a small file; a slow one is a server in trouble.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final int AT_ONCE = 2;

    private final OllamaHttp http;
    private final Map<OllamaJson.Entry, StoredModel> known = new HashMap<>();

    Inventory(OllamaHttp http) {
        this.http = http;
    }

    /**
     * @param models newest first
     */
    record Found(String version, List<StoredModel> models, List<OllamaJson.Entry> running) {

        /** The line of a loaded model. */
        Optional<OllamaJson.Entry> loaded(ModelDigest digest) {
            return running.stream()
                    .filter(entry -> OllamaModel.digest(entry).equals(Optional.of(digest)))
                    .findFirst();
        }
    }

    /** The version it tells; an error where nobody answers or it is no Ollama. */
    Mono<String> version() {
        return http.get("/api/version", OllamaJson.Version.class)
                .timeout(PATIENCE, Mono.error(this::silent))
                .map(Inventory::told);
    }

    private RuntimeException silent() {
        return new IllegalStateException(
                "Ollama at %s: no answer for %d s".formatted(http.url(), PATIENCE.toSeconds()));
    }

    private static String told(OllamaJson.Version answer) {
        if (answer.version() == null) {
            throw new IllegalStateException("no version in its answer (expected: an Ollama)");
        }
        return answer.version();
    }

    Mono<Found> look() {
        return version()
                .flatMap(
                        version ->
                                list("/api/tags")
                                        .flatMap(this::models)
                                        .zipWith(
                                                list("/api/ps"),
                                                (models, running) ->
                                                        new Found(version, models, running)));
    }

    private Mono<List<OllamaJson.Entry>> list(String path) {
        return http.get(path, OllamaJson.Tags.class)
                .timeout(PATIENCE, Mono.error(this::silent))
                .map(tags -> Objects.requireNonNullElse(tags.models(), List.of()));
    }

    private Mono<List<StoredModel>> models(List<OllamaJson.Entry> tags) {
        List<OllamaJson.Entry> local = tags.stream().filter(OllamaModel::isLocal).toList();
        return Flux.fromIterable(local)
                .flatMapSequential(this::model, AT_ONCE)
                .collectList()
                .doOnNext(_ -> forgetAllBut(local));
    }

    private Mono<StoredModel> model(OllamaJson.Entry entry) {
        StoredModel before = known(entry);
        return before != null
                ? Mono.just(before)
                : http.post(
                                "/api/show",
                                Map.of("model", String.valueOf(entry.name())),
                                OllamaJson.Show.class)
                        .timeout(PATIENCE, Mono.error(this::silent))
                        .map(show -> remembered(entry, OllamaModel.of(entry, show)))
                        // removed meanwhile, or broken: the next look tells
                        .onErrorResume(EngineRefusal.class, _ -> Mono.empty());
    }

    private synchronized @Nullable StoredModel known(OllamaJson.Entry entry) {
        return known.get(entry);
    }

    private synchronized StoredModel remembered(OllamaJson.Entry entry, StoredModel model) {
        known.put(entry, model);
        return model;
    }

    private synchronized void forgetAllBut(List<OllamaJson.Entry> entries) {
        known.keySet().retainAll(new HashSet<>(entries));
    }
}
