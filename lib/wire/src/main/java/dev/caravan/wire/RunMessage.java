package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One generation asked of one replica. There are {@code messages}, a {@code prompt}, or both.
 *
 * @param replicaId the replica the gateway chose
 * @param digest of the model; refused where the replica runs another one
 * @param messages a conversation, rendered by the engine with the model's chat template
 * @param prompt text that goes to the model as it stands; beside {@code messages} it is used where
 *     the model has no chat template
 * @param keepAliveMillis how long the model stays afterwards; -1 for ever, absent: unchanged
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunMessage(
        String requestId,
        String replicaId,
        String digest,
        String model,
        @Nullable List<Message> messages,
        @Nullable String prompt,
        Options options,
        @Nullable Long keepAliveMillis) {

    public record Message(String role, String content) {}

    /**
     * Sampling values, all of them; units and ranges as in Ollama.
     *
     * @param format absent: text; the string "json", or a JSON schema
     * @param named which of them the client named, in Ollama's spelling; absent: not told
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Options(
            int predict,
            long seed,
            int topK,
            double topP,
            double minP,
            double typicalP,
            int repeatLastN,
            double temperature,
            double repeatPenalty,
            double presencePenalty,
            double frequencyPenalty,
            int keep,
            List<String> stop,
            @Nullable JsonNode format,
            @Nullable List<String> named) {}
}
