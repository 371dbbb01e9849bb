package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.worker.app.engine.EngineRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One generation in Ollama's words. Only the options that the client named are passed on, so that
 * the model's own parameters hold for the others; how the model is loaded is the replica's, since
 * another {@code num_ctx} would load it anew.
 *
 * @param path "/api/generate" or "/api/chat"
 */
record OllamaCall(String path, Map<String, Object> body) {

    /**
     * @param model as Ollama calls it
     * @param contextLength the replica's
     * @param keepAliveSeconds how long the model stays if nobody asks any more
     */
    static OllamaCall of(
            String model, EngineRequest request, int contextLength, long keepAliveSeconds) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        String path = prompt(request.prompt(), body);
        body.put("stream", true);
        body.put("keep_alive", keepAliveSeconds);
        format(request.options().format()).ifPresent(format -> body.put("format", format));
        body.put("options", options(request.options(), contextLength));
        return new OllamaCall(path, body);
    }

    /** Loads without generating. */
    static OllamaCall load(String model, int contextLength, long keepAliveSeconds) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        body.put("stream", false);
        body.put("keep_alive", keepAliveSeconds);
        body.put("options", Map.of("num_ctx", contextLength));
        return new OllamaCall("/api/generate", body);
    }

    static OllamaCall unload(String model) {
        return new OllamaCall(
                "/api/generate", Map.of("model", model, "stream", false, "keep_alive", 0));
    }

    private static String prompt(Prompt prompt, Map<String, Object> body) {
        return switch (prompt) {
            case Prompt.Raw(String text) -> {
                body.put("prompt", text);
                body.put("raw", true);
                yield "/api/generate";
            }
            case Prompt.Chat(List<ChatMessage> messages, Optional<String> plain)
                    when plain.isPresent() && isPrompt(messages, plain.get()) -> {
                body.put("prompt", plain.get());
                if (messages.size() > 1) {
                    body.put("system", messages.getFirst().content());
                }
                yield "/api/generate";
            }
            case Prompt.Chat(List<ChatMessage> messages, _) -> {
                body.put("messages", messages);
                yield "/api/chat";
            }
        };
    }

    /** Whether the conversation is what a prompt with an optional system text was made into. */
    private static boolean isPrompt(List<ChatMessage> messages, String prompt) {
        ChatMessage last = messages.getLast();
        return last.role().equals("user")
                && last.content().equals(prompt)
                && (messages.size() == 1
                        || (messages.size() == 2 && messages.getFirst().role().equals("system")));
    }

    private static Optional<Object> format(OutputFormat format) {
        return switch (format) {
            case OutputFormat.Text _ -> Optional.empty();
            case OutputFormat.Json _ -> Optional.of("json");
            case OutputFormat.Schema(String json) -> Optional.of(OllamaJson.MAPPER.readTree(json));
        };
    }

    private static Map<String, Object> options(SamplingOptions sampling, int contextLength) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("num_predict", sampling.predict());
        all.put("seed", sampling.seed());
        all.put("top_k", sampling.topK());
        all.put("top_p", sampling.topP());
        all.put("min_p", sampling.minP());
        all.put("typical_p", sampling.typicalP());
        all.put("repeat_last_n", sampling.repeatLastN());
        all.put("temperature", sampling.temperature());
        all.put("repeat_penalty", sampling.repeatPenalty());
        all.put("presence_penalty", sampling.presencePenalty());
        all.put("frequency_penalty", sampling.frequencyPenalty());
        all.put("num_keep", sampling.keep());
        all.put("stop", sampling.stop());
        all.keySet().retainAll(sampling.named());
        all.put("num_ctx", contextLength);
        return all;
    }
}
