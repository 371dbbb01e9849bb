package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/** The body of a streamed chat completion, whose answer the engine reads for tools and thinking. */
final class ChatCompletionBody {

    private static final JsonFactory FACTORY = new JsonFactory();

    private ChatCompletionBody() {}

    /**
     * @param seed in effect; 0 to 2^32 - 1
     * @param predict most tokens to make
     * @param probabilities of so many tokens at each place; negative: none are told
     */
    static byte[] of(
            Conversation conversation,
            SamplingOptions options,
            long seed,
            int predict,
            int probabilities) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(4096);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject();
            for (var field : ChatJson.of(conversation).properties()) {
                raw(json, field.getKey(), field.getValue());
            }
            json.writeBooleanProperty("stream", true);
            json.writeName("stream_options");
            json.writeRawValue("{\"include_usage\":true}");
            json.writeBooleanProperty("cache_prompt", true);
            json.writeBooleanProperty("return_progress", true);
            json.writeBooleanProperty("parallel_tool_calls", true);
            json.writeStringProperty("reasoning_format", "auto");
            json.writeNumberProperty("n_predict", predict);
            SamplingJson.write(json, options, seed);
            if (probabilities >= 0) {
                json.writeBooleanProperty("logprobs", true);
                json.writeNumberProperty("top_logprobs", Math.max(1, probabilities));
            }
            writeFormat(json, options.format());
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    private static void raw(JsonGenerator json, String name, JsonNode value) {
        json.writeName(name);
        json.writeRawValue(value.toString());
    }

    private static void writeFormat(JsonGenerator json, OutputFormat format) {
        switch (format) {
            case OutputFormat.Text _ -> {}
            case OutputFormat.Json _ -> {
                json.writeName("response_format");
                json.writeRawValue("{\"type\":\"json_object\"}");
            }
            case OutputFormat.Schema(String schema) -> {
                json.writeName("response_format");
                json.writeRawValue(
                        "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"schema\",\"schema\":"
                                + schema
                                + "}}");
            }
        }
    }
}
