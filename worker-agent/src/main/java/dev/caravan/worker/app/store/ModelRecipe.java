package dev.caravan.worker.app.store;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model to be made.
 *
 * @param from a model whose layers and config it begins with; empty: it begins with {@code files}
 * @param files weights, and projectors, by the names they came with
 * @param adapters LoRA files by name
 * @param parameters options, as plain Java of JSON; they win over those of {@code from}
 * @param messages JSON text of a list; empty: those of {@code from} stay
 * @param quantize type that the weights are to have; empty: the one they have
 * @param continuation policy of the model under its name
 */
public record ModelRecipe(
        ModelRef name,
        Optional<ModelRef> from,
        SortedMap<String, BlobDigest> files,
        SortedMap<String, BlobDigest> adapters,
        Texts texts,
        Map<String, ?> parameters,
        Optional<String> messages,
        Optional<String> quantize,
        Config config,
        Continuation continuation) {

    public ModelRecipe {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        adapters = Collections.unmodifiableSortedMap(new TreeMap<>(adapters));
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** A model of one file and nothing else. */
    public static ModelRecipe ofFile(
            ModelRef name, String file, BlobDigest weights, Continuation continuation) {
        return new ModelRecipe(
                name,
                Optional.empty(),
                new TreeMap<>(Map.of(file, weights)),
                new TreeMap<>(),
                Texts.NONE,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Config.NONE,
                continuation);
    }

    /**
     * Texts that become layers; empty: those of {@code from} stay.
     *
     * @param licenses added to those of {@code from}
     */
    public record Texts(Optional<String> template, Optional<String> system, List<String> licenses) {

        public static final Texts NONE = new Texts(Optional.empty(), Optional.empty(), List.of());

        public Texts {
            licenses = List.copyOf(licenses);
        }
    }

    /**
     * What the config says instead of what the file does; empty and 0: as the file says.
     *
     * @param capabilities added
     */
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
