package dev.caravan.worker.adapter.llamacpp;

import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** What an engine makes of texts without computing: prompts of conversations, ids of texts. */
final class EngineTexts {

    private static final JsonMapper JSON = EngineJson.MAPPER;

    private final EngineHttp engine;

    EngineTexts(EngineHttp engine) {
        this.engine = engine;
    }

    private record Rendered(String prompt) {}

    private record Tokens(int[] tokens) {}

    private record Content(String content) {}

    /** By the engine's own reading of the model's chat template. */
    Mono<String> rendered(Conversation conversation) {
        return engine.post("/apply-template", JSON.writeValueAsBytes(ChatJson.of(conversation)))
                .map(body -> JSON.readValue(body, Rendered.class).prompt());
    }

    /** Of a whole prompt: special tokens are read in it and added to it. */
    Mono<int[]> promptTokens(String text) {
        return tokens(text, true, true);
    }

    /** How many tokens are added before a prompt; 0 or 1. */
    Mono<Integer> added() {
        return promptTokens("").map(ids -> Math.min(ids.length, 1));
    }

    /** Of text that follows a prompt: special tokens are read in it. */
    Mono<int[]> furtherTokens(String text) {
        return tokens(text, false, true);
    }

    /** Of text alone, without special tokens. */
    Mono<int[]> plainTokens(String text) {
        return tokens(text, false, false);
    }

    /** What the tokens say, special ones included. */
    Mono<String> text(List<Integer> ids) {
        return engine.post("/detokenize", JSON.writeValueAsBytes(Map.of("tokens", ids)))
                .map(body -> JSON.readValue(body, Content.class).content());
    }

    private Mono<int[]> tokens(String text, boolean add, boolean parse) {
        byte[] body =
                JSON.writeValueAsBytes(
                        Map.of("content", text, "add_special", add, "parse_special", parse));
        return engine.post("/tokenize", body)
                .map(answer -> JSON.readValue(answer, Tokens.class).tokens());
    }
}
