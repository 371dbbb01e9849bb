package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The body of a streamed completion. Every sampling value is in it, since the engine's own defaults
 * are not Ollama's (top_p 0.95, min_p 0.05).
 */
final class CompletionBody {

    private static final JsonFactory FACTORY = new JsonFactory();

    /** As in Ollama: no answer is longer than this many contexts, whatever is asked for. */
    private static final int MAX_CONTEXTS = 10;

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
     * @param seed in effect; 0 to 2^32 - 1
     * @param contextLength of the slot; bounds the answer
     */
    static byte[] of(int[] prompt, SamplingOptions options, long seed, int contextLength) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(512 + prompt.length * 6);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject();
            json.writeName("prompt");
            json.writeArray(prompt, 0, prompt.length);
            json.writeBooleanProperty("stream", true);
            json.writeBooleanProperty("cache_prompt", true);
            json.writeBooleanProperty("return_progress", true);
            json.writeNumberProperty("n_predict", predict(options.predict(), contextLength));
            json.writeNumberProperty("n_keep", options.keep());
            writeSampling(json, options, seed);
            json.writeName("stop");
            json.writeStartArray();
            options.stop().forEach(json::writeString);
            json.writeEndArray();
            writeFormat(json, options.format());
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    static int predict(int asked, int contextLength) {
        int most = (int) Math.min(Integer.MAX_VALUE, (long) contextLength * MAX_CONTEXTS);
        return asked < 0 || asked > most ? most : asked;
    }

    private static void writeSampling(JsonGenerator json, SamplingOptions options, long seed) {
        json.writeNumberProperty("seed", seed);
        json.writeNumberProperty("temperature", options.temperature());
        json.writeNumberProperty("top_k", options.topK());
        json.writeNumberProperty("top_p", options.topP());
        json.writeNumberProperty("min_p", options.minP());
        json.writeNumberProperty("typical_p", options.typicalP());
        json.writeNumberProperty("repeat_last_n", options.repeatLastN());
        json.writeNumberProperty("repeat_penalty", options.repeatPenalty());
        json.writeNumberProperty("presence_penalty", options.presencePenalty());
        json.writeNumberProperty("frequency_penalty", options.frequencyPenalty());
        json.writeNumberProperty("top_n_sigma", -1);
        json.writeNumberProperty("mirostat", 0);
        json.writeNumberProperty("dynatemp_range", 0);
        json.writeNumberProperty("xtc_probability", 0);
        json.writeNumberProperty("dry_multiplier", 0);
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
