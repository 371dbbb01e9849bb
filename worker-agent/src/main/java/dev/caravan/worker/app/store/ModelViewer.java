package dev.caravan.worker.app.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Shows what a model's file holds. */
public interface ModelViewer {

    /**
     * @param verbose large arrays too; else they are null
     * @return nothing but an empty view where the model has no file that can be read
     */
    Mono<FileView> view(StoredModel model, boolean verbose);

    /**
     * @param modelfile as the engine that has the model tells it; empty: made of the layers
     * @param metadata names to numbers, booleans, texts, lists of them, or null
     */
    record FileView(
            Optional<String> chatTemplate,
            Optional<String> modelfile,
            Map<String, @Nullable Object> metadata,
            List<TensorView> tensors) {
        public static final FileView EMPTY =
                new FileView(Optional.empty(), Optional.empty(), Map.of(), List.of());
    }

    /** A tensor's name, type and dimensions, as the file has them. */
    record TensorView(String name, String type, List<Long> shape) {}
}
