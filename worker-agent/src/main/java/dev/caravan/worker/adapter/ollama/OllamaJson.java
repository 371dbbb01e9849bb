package dev.caravan.worker.adapter.ollama;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ollama's own answers, as far as they are read; every field may be absent. */
final class OllamaJson {

    static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    private OllamaJson() {}

    record Version(@Nullable String version) {}

    record Failure(@Nullable String error) {}

    /** An answer of either route that makes vectors. */
    record Embedded(
            float @Nullable [] embedding,
            @Nullable List<float[]> embeddings,
            @JsonProperty("prompt_eval_count") int promptTokens) {

        List<RunFrame> frames() {
            float[] vector =
                    embedding != null
                            ? embedding
                            : embeddings == null || embeddings.isEmpty()
                                    ? new float[0]
                                    : embeddings.getFirst();
            return List.of(
                    new RunFrame.Vector(vector),
                    new RunFrame.End(
                            RunFrame.EndReason.STOP,
                            promptTokens,
                            0,
                            Duration.ZERO,
                            0,
                            Duration.ZERO));
        }
    }

    record Tags(@Nullable List<Entry> models) {}

    /**
     * A line of {@code /api/tags} or {@code /api/ps}.
     *
     * @param digest 64 hex digits
     * @param size bytes, on disk or in memory
     */
    record Entry(
            @Nullable String name,
            @Nullable String digest,
            long size,
            @JsonProperty("modified_at") @Nullable String modifiedAt,
            @Nullable Details details,
            @Nullable List<String> capabilities,
            @JsonProperty("remote_host") @Nullable String remoteHost,
            @JsonProperty("remote_model") @Nullable String remoteModel,
            @JsonProperty("size_vram") long sizeVram,
            @JsonProperty("expires_at") @Nullable String expiresAt) {}

    record Details(
            @JsonProperty("parent_model") @Nullable String parent,
            @Nullable String format,
            @Nullable String family,
            @Nullable List<String> families,
            @JsonProperty("parameter_size") @Nullable String parameterSize,
            @JsonProperty("quantization_level") @Nullable String quantization) {}

    record Show(
            @Nullable String license,
            @Nullable String modelfile,
            @Nullable String parameters,
            @Nullable String template,
            @Nullable String system,
            @Nullable JsonNode messages,
            @JsonProperty("model_info") @Nullable Map<String, @Nullable JsonNode> modelInfo,
            @Nullable List<Tensor> tensors,
            @Nullable List<String> capabilities,
            @Nullable String requires) {

        Map<String, @Nullable JsonNode> info() {
            return modelInfo == null ? Map.of() : modelInfo;
        }
    }

    /**
     * A line of a long verb.
     *
     * @param total bytes, 0 where it is about none
     */
    record Step(
            @Nullable String status,
            @Nullable String error,
            @Nullable String digest,
            long total,
            long completed) {}

    record Tensor(@Nullable String name, @Nullable String type, @Nullable List<Long> shape) {}
}
