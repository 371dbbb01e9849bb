package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One generation asked of one replica. There is one of {@code messages}, {@code prompt}, both, or
 * {@code embed}.
 *
 * @param replicaId the replica the gateway chose
 * @param digest of the model; refused where the replica runs another one
 * @param messages a conversation, rendered by the agent with the model's chat template
 * @param prompt text that goes to the model as it stands; beside {@code messages} it is one
 *     instruction, and they are what it is as a conversation, without the model's own texts
 * @param keepAliveMillis how long the model stays afterwards; -1 for ever, absent: unchanged
 * @param instruction more of the instruction; absent: nothing more
 * @param tools what the model may call, in Ollama's form; absent: none
 * @param answer what belongs to the answer beside the choice of tokens; absent: the defaults
 * @param embed text whose vector is wanted instead of an answer
 * @param resume where a broken answer goes on; absent: from the start
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
        @Nullable Long keepAliveMillis,
        @Nullable Instruction instruction,
        @Nullable List<JsonNode> tools,
        @Nullable Answer answer,
        @Nullable Embed embed,
        @Nullable Resume resume) {

    /** A plain answer to a text or a conversation. */
    public RunMessage(
            String requestId,
            String replicaId,
            String digest,
            String model,
            @Nullable List<Message> messages,
            @Nullable String prompt,
            Options options,
            @Nullable Long keepAliveMillis) {
        this(
                requestId,
                replicaId,
                digest,
                model,
                messages,
                prompt,
                options,
                keepAliveMillis,
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * @param promptIds absent: the prompt is rendered again
     * @param ids of the answer so far; absent: its text counts
     * @param answered tokens of the answer so far
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Resume(
            @Nullable List<Integer> promptIds,
            @Nullable List<Integer> ids,
            String text,
            @Nullable String thinking,
            int answered) {}

    /**
     * @param images in Base64; absent: none
     * @param toolName of a tool's answer
     * @param toolCallId of a tool's answer
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Message(
            String role,
            String content,
            @Nullable String thinking,
            @Nullable List<String> images,
            @Nullable List<ToolCall> toolCalls,
            @Nullable String toolName,
            @Nullable String toolCallId) {

        /** Text alone. */
        public Message(String role, String content) {
            this(role, content, null, null, null, null, null);
        }
    }

    /**
     * What an instruction, or a text as it stands, has beside its text.
     *
     * @param images in Base64
     * @param context token ids of the turns before
     * @param template in place of the model's own
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Instruction(
            @Nullable String suffix,
            @Nullable List<String> images,
            @Nullable List<Integer> context,
            @Nullable String template) {}

    /**
     * @param think absent: the model cannot
     * @param level of thinking; absent: the model's own
     * @param topLogprobs absent: no probabilities are told
     * @param contextLimit tokens the client asked for; absent: as many as the replica has
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            @Nullable Boolean think,
            @Nullable String level,
            @Nullable Integer topLogprobs,
            boolean truncate,
            boolean shift,
            boolean renderOnly,
            @Nullable Integer contextLimit) {}

    /**
     * @param truncate whether a text that is too long is cut
     * @param scaled whether the engine scales the vector to the length 1
     */
    public record Embed(String text, boolean truncate, boolean scaled) {}

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
