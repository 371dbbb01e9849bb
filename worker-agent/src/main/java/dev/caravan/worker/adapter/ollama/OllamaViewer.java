package dev.caravan.worker.adapter.ollama;

import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Asks Ollama anew for each view; a view is asked for by people. */
final class OllamaViewer implements ModelViewer {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OllamaHttp http;

    OllamaViewer(OllamaHttp http) {
        this.http = http;
    }

    @Override
    public Mono<FileView> view(StoredModel model, boolean verbose) {
        Map<String, Object> question = Map.of("model", model.name().display(), "verbose", verbose);
        return http.post("/api/show", question, OllamaJson.Show.class)
                .timeout(PATIENCE)
                .map(OllamaViewer::view);
    }

    private static FileView view(OllamaJson.Show show) {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        show.info()
                .forEach(
                        (key, value) ->
                                metadata.put(
                                        key,
                                        value == null
                                                ? null
                                                : OllamaJson.MAPPER.treeToValue(
                                                        value, Object.class)));
        List<OllamaJson.Tensor> tensors = show.tensors() == null ? List.of() : show.tensors();
        return new FileView(
                Optional.empty(),
                Optional.ofNullable(show.modelfile()).filter(text -> !text.isEmpty()),
                metadata,
                tensors.stream()
                        .map(
                                tensor ->
                                        new TensorView(
                                                String.valueOf(tensor.name()),
                                                String.valueOf(tensor.type()),
                                                tensor.shape() == null
                                                        ? List.of()
                                                        : tensor.shape()))
                        .toList());
    }
}
