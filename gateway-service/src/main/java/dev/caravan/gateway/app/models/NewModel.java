package dev.caravan.gateway.app.models;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model to be made.
 *
 * @param from a model of the cluster; empty: it begins with the files
 * @param files name the client gave to {@code sha256:<hex>}
 * @param adapters LoRA files, likewise
 * @param parameters options by name, as plain Java of JSON
 * @param messages in Ollama's form, as plain Java of JSON
 * @param quantize type the weights are to have; empty: they stay as they are
 */
public record NewModel(
        ModelRef name,
        Optional<ModelRef> from,
        Map<String, String> files,
        Map<String, String> adapters,
        Texts texts,
        Map<String, ?> parameters,
        List<Map<String, ?>> messages,
        Optional<String> quantize,
        Config config,
        Continuation continuation) {

    public NewModel {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        adapters = Collections.unmodifiableMap(new LinkedHashMap<>(adapters));
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        messages = List.copyOf(messages);
    }

    /** A model of one file and nothing else. */
    public static NewModel ofFile(
            ModelRef name, String file, String blob, Continuation continuation) {
        return new NewModel(
                name,
                Optional.empty(),
                Map.of(file, blob),
                Map.of(),
                Texts.NONE,
                Map.of(),
                List.of(),
                Optional.empty(),
                Config.NONE,
                continuation);
    }

    /** The blobs it needs, each once. */
    public Set<String> blobs() {
        Set<String> blobs = new LinkedHashSet<>(files.values());
        blobs.addAll(adapters.values());
        return blobs;
    }

    /** Texts that become layers; empty: as in {@code from}. */
    public record Texts(Optional<String> template, Optional<String> system, List<String> licenses) {

        public static final Texts NONE = new Texts(Optional.empty(), Optional.empty(), List.of());

        public Texts {
            licenses = List.copyOf(licenses);
        }
    }

    /** What it says of itself instead of what its file does; empty and 0: as the file says. */
    public record Config(
            String renderer,
            String parser,
            String requires,
            List<String> capabilities,
            String family,
            String baseName,
            String quantization,
            String parameterSize,
            int contextLength,
            int embeddingLength) {

        public static final Config NONE = new Config("", "", "", List.of(), "", "", "", "", 0, 0);

        public Config {
            capabilities = List.copyOf(capabilities);
        }
    }
}
