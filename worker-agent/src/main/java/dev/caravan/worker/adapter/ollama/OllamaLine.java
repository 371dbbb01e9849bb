package dev.caravan.worker.adapter.ollama;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.ToolCall;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/**
 * One line of a streamed answer, of {@code /api/generate} or {@code /api/chat}. Read with the
 * streaming parser, since one comes for each token and databind costs three times as much.
 */
final class OllamaLine {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectReader CALLS =
            inALine(OllamaJson.MAPPER.readerForListOf(CallLine.class));
    private static final ObjectReader LOGPROBS =
            inALine(OllamaJson.MAPPER.readerForListOf(LogprobLine.class));
    private static final ObjectReader CONTEXT =
            inALine(OllamaJson.MAPPER.readerForListOf(Integer.class));
    private static final ObjectReader DEBUG = inALine(OllamaJson.MAPPER.readerFor(Debug.class));

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
    List<ToolCall> toolCalls = List.of();
    List<Logprob> logprobs = List.of();
    List<Integer> context = List.of();
    @Nullable Debug debug;

    private record CallLine(@Nullable String id, @Nullable FunctionLine function) {
        ToolCall call() {
            FunctionLine named = Objects.requireNonNullElse(function, FunctionLine.NONE);
            JsonNode arguments = named.arguments();
            return new ToolCall(
                    Objects.requireNonNullElse(id, ""),
                    named.index(),
                    Objects.requireNonNullElse(named.name(), ""),
                    arguments == null ? "{}" : arguments.toString());
        }
    }

    private record FunctionLine(int index, @Nullable String name, @Nullable JsonNode arguments) {
        static final FunctionLine NONE = new FunctionLine(0, null, null);
    }

    private record LogprobLine(
            @Nullable String token,
            double logprob,
            @JsonProperty("top_logprobs") @Nullable List<LogprobLine> top) {
        Logprob told() {
            return new Logprob(
                    Objects.requireNonNullElse(token, ""),
                    logprob,
                    top == null ? List.of() : top.stream().map(LogprobLine::told).toList());
        }
    }

    /** What the engine would have been given. */
    record Debug(
            @JsonProperty("rendered_template") @Nullable String rendered,
            @JsonProperty("image_count") int images) {}

    private OllamaLine() {}

    private static ObjectReader inALine(ObjectReader reader) {
        return reader.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

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
                case "tool_calls" -> {
                    List<CallLine> calls = CALLS.readValue(json);
                    toolCalls =
                            calls == null ? List.of() : calls.stream().map(CallLine::call).toList();
                }
                case "logprobs" -> {
                    List<LogprobLine> told = LOGPROBS.readValue(json);
                    logprobs =
                            told == null
                                    ? List.of()
                                    : told.stream().map(LogprobLine::told).toList();
                }
                case "context" -> context = CONTEXT.readValue(json);
                case "_debug_info" -> debug = DEBUG.readValue(json);
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
