package dev.caravan.worker.app.store;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model in the store, or in an engine that has a store of its own.
 *
 * @param digest SHA-256 of the manifest's bytes
 * @param size bytes of all layers and the config
 * @param capabilities Ollama's words, in its order
 * @param facts empty where the file could not be read; {@code fault} then says why
 * @param weights the GGUF file; empty where the manifest names none
 * @param templated whether that file has a chat template
 * @param layers texts of the small layers by the last word of their media type: template, system,
 *     params, license, messages
 * @param params default options out of the params layer: numbers, texts, booleans, lists of them
 * @param engine the only kind of engine that can run it from where it is
 * @param parts what belongs to the weights
 */
public record StoredModel(
        ModelRef name,
        ModelDigest digest,
        long size,
        Instant modifiedAt,
        Description description,
        List<String> capabilities,
        Optional<ModelFacts> facts,
        Optional<Path> weights,
        boolean templated,
        Map<String, List<String>> layers,
        Map<String, Object> params,
        ModelPolicy policy,
        Optional<String> fault,
        ModelRunner engine,
        Parts parts) {

    public StoredModel {
        capabilities = List.copyOf(capabilities);
        layers = Map.copyOf(layers);
        params = Map.copyOf(params);
    }

    public Continuation continuation() {
        return policy.continuation();
    }

    /** The Go template; empty where the model has none. */
    public Optional<String> template() {
        return layers.getOrDefault("template", List.of()).stream().findFirst();
    }

    /** The default system text; empty where the model has none. */
    public Optional<String> system() {
        return layers.getOrDefault("system", List.of()).stream().findFirst();
    }

    /**
     * Files and texts that belong to the weights.
     *
     * @param chatTemplate the weights file's own; empty where it has none
     * @param adapters LoRA files
     * @param projectors what makes images and sounds readable to the model
     * @param parent name of the model that this one was made from; empty: none
     * @param requires version of Ollama that its author asks for, as told; empty: none
     */
    public record Parts(
            Optional<String> chatTemplate,
            List<Path> adapters,
            List<Path> projectors,
            String parent,
            String requires) {

        public static final Parts NONE = new Parts(Optional.empty(), List.of(), List.of(), "", "");

        public Parts {
            adapters = List.copyOf(adapters);
            projectors = List.copyOf(projectors);
        }
    }

    /**
     * What people are shown of it, Ollama's {@code details}.
     *
     * @param parameterSize as in "134.52M"; empty where it is not known
     * @param contextLength tokens; 0 where it is not known
     * @param embeddingLength width of the hidden state; 0 where it is not known
     */
    public record Description(
            String format,
            String family,
            List<String> families,
            String parameterSize,
            String quantization,
            int contextLength,
            int embeddingLength) {

        public Description {
            families = List.copyOf(families);
        }
    }
}
