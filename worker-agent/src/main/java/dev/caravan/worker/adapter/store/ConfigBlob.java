package dev.caravan.worker.adapter.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.ModelRecipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ollama's config blob; its bytes are as fixed as its values. */
@JsonPropertyOrder({
    "model_format",
    "model_family",
    "model_families",
    "model_type",
    "file_type",
    "renderer",
    "parser",
    "requires",
    "capabilities",
    "context_length",
    "embedding_length",
    "base_name",
    "architecture",
    "os"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
record ConfigBlob(
        @JsonProperty("model_format") @Nullable String format,
        @JsonProperty("model_family") @Nullable String family,
        @JsonProperty("model_families") @Nullable List<String> families,
        @JsonProperty("model_type") @Nullable String parameterSize,
        @JsonProperty("file_type") @Nullable String quantization,
        @Nullable String renderer,
        @Nullable String parser,
        @Nullable String requires,
        @Nullable List<String> capabilities,
        @JsonProperty("context_length") @Nullable Integer contextLength,
        @JsonProperty("embedding_length") @Nullable Integer embeddingLength,
        @JsonProperty("base_name") @Nullable String baseName,
        @Nullable String architecture,
        @Nullable String os) {

    /** What is known of a model whose config says nothing. */
    static final ConfigBlob NONE =
            new ConfigBlob(
                    null, null, null, null, null, null, null, null, null, null, null, null, null,
                    null);

    /**
     * Of a new model. The first weights tell what there is room for once, as in Ollama.
     *
     * @param all weights, at least one
     * @param base config of the model it is made from
     * @param wished what wins over it
     */
    static ConfigBlob of(List<Weights> all, ConfigBlob base, ModelRecipe.Config wished) {
        Weights weights = all.getFirst();
        List<String> families = new ArrayList<>();
        if (!wished.family().isEmpty()) {
            families.add(wished.family());
        }
        all.forEach(each -> families.add(each.architecture()));
        List<String> capabilities = new ArrayList<>(wished.capabilities());
        if (capabilities.isEmpty() && base.capabilities() != null) {
            capabilities.addAll(base.capabilities());
        }
        return new ConfigBlob(
                or(base.format(), "gguf"),
                or(wished.family(), weights.architecture()),
                families,
                or(wished.parameterSize(), weights.parameterSize()),
                or(wished.quantization(), weights.quantization()),
                orNothing(wished.renderer(), base.renderer()),
                orNothing(wished.parser(), base.parser()),
                orNothing(wished.requires(), base.requires()),
                capabilities.isEmpty() ? null : capabilities,
                wished.contextLength() == 0 ? null : wished.contextLength(),
                wished.embeddingLength() == 0 ? null : wished.embeddingLength(),
                orNothing(wished.baseName(), null),
                // Ollama writes these two whatever the host is.
                "amd64",
                "linux");
    }

    private static String or(@Nullable String first, String second) {
        return first == null || first.isEmpty() ? second : first;
    }

    private static @Nullable String orNothing(String first, @Nullable String second) {
        return first.isEmpty() ? second : first;
    }

    static ConfigBlob parse(byte[] json) {
        return WireJson.mapper().readValue(json, ConfigBlob.class);
    }

    /** With the line end that Ollama writes. */
    byte[] bytes() {
        return JsonLine.of(this);
    }
}
