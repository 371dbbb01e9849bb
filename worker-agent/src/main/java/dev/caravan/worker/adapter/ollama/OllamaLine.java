package dev.caravan.worker.adapter.ollama;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One line of a streamed answer, of {@code /api/generate} or {@code /api/chat}. Read with the
 * streaming parser, since one comes for each token and databind costs three times as much.
 */
final class OllamaLine {

    private static final JsonFactory FACTORY = new JsonFactory();

    String text = "";
    String thinking = "";
    boolean done;
    String reason = "";
    @Nullable String error;
    int promptTokens;
    int answerTokens;
    long totalNanos;
    long loadNanos;
    long promptNanos;
    long answerNanos;

    private OllamaLine() {}

    /**
     * @throws tools.jackson.core.JacksonException where it is no JSON object
     */
    static OllamaLine parse(byte[] line, int offset, int length) {
        try (JsonParser json =
                FACTORY.createParser(ObjectReadContext.empty(), line, offset, length)) {
            OllamaLine read = new OllamaLine();
            json.nextToken();
            read.object(json);
            return read;
        }
    }

    private void object(JsonParser json) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "response", "content" -> text = text(json);
                case "thinking" -> thinking = text(json);
                case "message" -> {
                    if (value == JsonToken.START_OBJECT) {
                        object(json);
                    }
                }
                case "done" -> done = value == JsonToken.VALUE_TRUE;
                case "done_reason" -> reason = text(json);
                case "error" -> error = text(json);
                case "prompt_eval_count" -> promptTokens = json.getIntValue();
                case "eval_count" -> answerTokens = json.getIntValue();
                case "total_duration" -> totalNanos = json.getLongValue();
                case "load_duration" -> loadNanos = json.getLongValue();
                case "prompt_eval_duration" -> promptNanos = json.getLongValue();
                case "eval_duration" -> answerNanos = json.getLongValue();
                default -> json.skipChildren();
            }
        }
    }

    private static String text(JsonParser json) {
        String text = json.getValueAsString();
        return text == null ? "" : text;
    }
}
