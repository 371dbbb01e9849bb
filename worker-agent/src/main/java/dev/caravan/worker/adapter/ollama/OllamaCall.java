package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.worker.app.engine.EngineRequest;
import java.util.LinkedHashMap;
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
     * @param loading the replica's context and how it was loaded
     * @param keepAliveSeconds how long the model stays if nobody asks any more
     */
    static OllamaCall of(
            String model,
            EngineRequest request,
            Map<String, Object> loading,
            long keepAliveSeconds) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        String path = OllamaPrompt.put(request.prompt(), body);
        body.put("keep_alive", keepAliveSeconds);
        if (request.prompt() instanceof Prompt.Embedding) {
            body.put("options", loading);
            return new OllamaCall(path, body);
        }
        body.put("stream", true);
        format(request.options().format()).ifPresent(format -> body.put("format", format));
        answer(request.answer(), body);
        Map<String, Object> options = options(request.options());
        options.putAll(loading);
        body.put("options", options);
        return new OllamaCall(path, body);
    }

    private static void answer(AnswerOptions answer, Map<String, Object> body) {
        answer.thinking()
                .ifPresent(
                        thinking ->
                                body.put(
                                        "think",
                                        thinking.level().isEmpty()
                                                ? thinking.on()
                                                : thinking.level()));
        if (answer.topLogprobs().isPresent()) {
            body.put("logprobs", true);
            body.put("top_logprobs", answer.topLogprobs().getAsInt());
        }
        if (!answer.truncate()) {
            body.put("truncate", false);
        }
        if (!answer.shift()) {
            body.put("shift", false);
        }
        if (answer.renderOnly()) {
            body.put("_debug_render_only", true);
        }
    }

    /**
     * Loads without generating.
     *
     * @param embeds whether it only makes vectors: the other route refuses such a model
     */
    static OllamaCall load(
            String model, boolean embeds, Map<String, Object> loading, long keepAliveSeconds) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        body.put("stream", false);
        body.put("keep_alive", keepAliveSeconds);
        body.put("options", loading);
        return new OllamaCall(embeds ? "/api/embed" : "/api/generate", body);
    }

    static OllamaCall unload(String model) {
        return new OllamaCall(
                "/api/generate", Map.of("model", model, "stream", false, "keep_alive", 0));
    }

    private static Optional<Object> format(OutputFormat format) {
        return switch (format) {
            case OutputFormat.Text _ -> Optional.empty();
            case OutputFormat.Json _ -> Optional.of("json");
            case OutputFormat.Schema(String json) -> Optional.of(OllamaJson.MAPPER.readTree(json));
        };
    }

    /** How a model is loaded: every call has to say the same, or it is loaded anew. */
    static Map<String, Object> loading(int contextLength, LoadOptions wishes) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("num_ctx", contextLength);
        wishes.batch().ifPresent(value -> all.put("num_batch", value));
        wishes.gpuLayers().ifPresent(value -> all.put("num_gpu", value));
        wishes.mainGpu().ifPresent(value -> all.put("main_gpu", value));
        wishes.threads().ifPresent(value -> all.put("num_thread", value));
        wishes.mmap().ifPresent(value -> all.put("use_mmap", value));
        return all;
    }

    private static Map<String, Object> options(SamplingOptions sampling) {
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
        return all;
    }
}
