package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The body of a streamed completion. */
final class CompletionBody {

    private static final JsonFactory FACTORY = new JsonFactory();

    /** Any JSON object; the grammar that llama.cpp gives as its example. */
    private static final String ANY_JSON =
            """
            root   ::= object
            value  ::= object | array | string | number | ("true" | "false" | "null") ws
            object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
            array  ::= "[" ws ( value ("," ws value)* )? "]" ws
            string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt/] | "u" [0-9a-fA-F]{4}) )* "\\"" ws
            number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
            ws     ::= | " " | "\\n" [ \\t]{0,20}
            """;

    private CompletionBody() {}

    /**
     * What is completed.
     *
     * @param ids token ids; with media the text counts instead
     * @param text with a marker for each of the media
     * @param media images in Base64
     */
    record Start(int[] ids, String text, List<String> media) {}

    /**
     * @param seed in effect; 0 to 2^32 - 1
     * @param predict most tokens to make
     * @param probabilities of so many tokens at each place; negative: none are told
     */
    static byte[] of(
            Start start, SamplingOptions options, long seed, int predict, int probabilities) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(512 + start.ids().length * 6);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject();
            writePrompt(json, start);
            json.writeBooleanProperty("stream", true);
            json.writeBooleanProperty("cache_prompt", true);
            json.writeBooleanProperty("return_progress", true);
            json.writeNumberProperty("n_predict", predict);
            SamplingJson.write(json, options, seed);
            if (probabilities >= 0) {
                json.writeNumberProperty("n_probs", Math.max(1, probabilities));
            }
            writeFormat(json, options.format());
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    private static void writePrompt(JsonGenerator json, Start start) {
        json.writeName("prompt");
        if (start.media().isEmpty()) {
            json.writeArray(start.ids(), 0, start.ids().length);
            return;
        }
        json.writeStartObject();
        json.writeStringProperty("prompt_string", start.text());
        json.writeName("multimodal_data");
        json.writeStartArray();
        start.media().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeFormat(JsonGenerator json, OutputFormat format) {
        switch (format) {
            case OutputFormat.Text _ -> {}
            case OutputFormat.Json _ -> json.writeStringProperty("grammar", ANY_JSON);
            case OutputFormat.Schema(String schema) -> {
                json.writeName("json_schema");
                json.writeRawValue(schema);
            }
        }
    }
}
