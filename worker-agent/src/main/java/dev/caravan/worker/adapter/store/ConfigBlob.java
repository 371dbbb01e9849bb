package dev.caravan.worker.adapter.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.caravan.wire.WireJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ollama's config blob. */
@JsonPropertyOrder({
    "model_format",
    "model_family",
    "model_families",
    "model_type",
    "file_type",
    "capabilities",
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
        @Nullable List<String> capabilities,
        @Nullable String architecture,
        @Nullable String os) {

    /** What is known of a model whose config says nothing. */
    static final ConfigBlob NONE = new ConfigBlob(null, null, null, null, null, null, null, null);

    static ConfigBlob of(Weights weights) {
        return new ConfigBlob(
                "gguf",
                weights.architecture(),
                List.of(weights.architecture()),
                weights.parameterSize(),
                weights.quantization(),
                null,
                // Ollama writes these two whatever the host is.
                "amd64",
                "linux");
    }

    static ConfigBlob parse(byte[] json) {
        return WireJson.mapper().readValue(json, ConfigBlob.class);
    }

    byte[] bytes() {
        return WireJson.mapper().writeValueAsBytes(this);
    }
}
