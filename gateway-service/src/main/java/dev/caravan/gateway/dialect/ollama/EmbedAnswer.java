package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The answer of /api/embed; zeros are left out.
 *
 * @param totalDuration nanoseconds
 * @param loadDuration nanoseconds
 * @param promptTokens of all texts
 */
public record EmbedAnswer(
        String model,
        List<float[]> embeddings,
        @JsonProperty("total_duration") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                long totalDuration,
        @JsonProperty("load_duration") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                long loadDuration,
        @JsonProperty("prompt_eval_count") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                int promptTokens) {

    /** Of a request that only loaded the model. */
    public static EmbedAnswer loaded(String model) {
        return new EmbedAnswer(model, List.of(), 0, 0, 0);
    }

    /** The answer of the older route. */
    public record Single(float[] embedding) {}
}
