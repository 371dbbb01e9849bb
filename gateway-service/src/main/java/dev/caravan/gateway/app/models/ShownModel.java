package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelRef;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that an agent's store tells of a model.
 *
 * @param digest 64 hex digits
 * @param blobPath the weights on that agent's disk
 * @param layers texts of the small layers: license, template, system, params, messages
 * @param chatTemplate the file's own
 * @param modelfile as the engine that has the model tells it; empty: made of the layers
 * @param metadata the file's own, in its order; too large arrays are null
 * @param requires version of Ollama that the model's author asks for, as told; empty: none
 */
public record ShownModel(
        ModelRef name,
        String digest,
        Instant modifiedAt,
        ModelDescription description,
        List<String> capabilities,
        String blobPath,
        Map<String, List<String>> layers,
        Optional<String> chatTemplate,
        Optional<String> modelfile,
        Map<String, @Nullable Object> metadata,
        List<Tensor> tensors,
        String requires,
        Files files) {

    /** What belongs to the weights: LoRA files and projectors, on that agent's disk. */
    public record Files(List<String> adapters, List<String> projectors) {

        public static final Files NONE = new Files(List.of(), List.of());

        public Files {
            adapters = List.copyOf(adapters);
            projectors = List.copyOf(projectors);
        }
    }

    /** The same with another system text. */
    public ShownModel withSystem(String system) {
        Map<String, List<String>> changed = new HashMap<>(layers);
        changed.put("system", List.of(system));
        return with(changed, Optional.empty(), metadata);
    }

    /** The same with one more fact of the file, or another one. */
    public ShownModel withFact(String key, String value) {
        Map<String, @Nullable Object> changed = new TreeMap<>(metadata);
        changed.put(key, value);
        return with(layers, modelfile, changed);
    }

    private ShownModel with(
            Map<String, List<String>> otherLayers,
            Optional<String> otherModelfile,
            Map<String, @Nullable Object> otherMetadata) {
        return new ShownModel(
                name,
                digest,
                modifiedAt,
                description,
                capabilities,
                blobPath,
                otherLayers,
                chatTemplate,
                otherModelfile,
                otherMetadata,
                tensors,
                requires,
                files);
    }

    public record Tensor(String name, String type, List<Long> shape) {}
}
