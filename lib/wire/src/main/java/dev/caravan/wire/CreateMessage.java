package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Makes a model out of blobs and models that the agent holds.
 *
 * @param files file name to {@code sha256:<hex>}
 * @param continuation policy of the new model; "fluent" unless said otherwise
 * @param from a model of the agent; absent: it begins with the files
 * @param adapters file name to {@code sha256:<hex>}
 * @param parameters options by name
 * @param messages in Ollama's form
 * @param quantize type that the weights are to have; absent: they stay as they are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CreateMessage(
        String name,
        Map<String, String> files,
        String continuation,
        @Nullable String from,
        @Nullable Map<String, String> adapters,
        @Nullable String template,
        @Nullable String system,
        @Nullable List<String> licenses,
        @Nullable Map<String, JsonNode> parameters,
        @Nullable List<JsonNode> messages,
        @Nullable String quantize,
        @Nullable Config config) {

    /** A model of files alone. */
    public CreateMessage(String name, Map<String, String> files, String continuation) {
        this(name, files, continuation, null, null, null, null, null, null, null, null, null);
    }

    /**
     * What the new model's config says instead of its file; absent: as the file says.
     *
     * @param capabilities added, in Ollama's words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Config(
            @Nullable String renderer,
            @Nullable String parser,
            @Nullable String requires,
            @Nullable List<String> capabilities,
            @Nullable String family,
            @Nullable String baseName,
            @Nullable String quantization,
            @Nullable String parameterSize,
            @Nullable Integer contextLength,
            @Nullable Integer embeddingLength) {}
}
