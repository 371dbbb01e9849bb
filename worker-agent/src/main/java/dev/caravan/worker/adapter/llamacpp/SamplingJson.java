package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.SamplingOptions;
import tools.jackson.core.JsonGenerator;

/**
 * Sampling values as both routes of an engine take them. All of them, since the engine's own
 * defaults are not Ollama's (top_p 0.95, min_p 0.05).
 */
final class SamplingJson {

    /** As in Ollama: no answer is longer than this many contexts, whatever is asked for. */
    private static final int MAX_CONTEXTS = 10;

    private SamplingJson() {}

    /**
     * @param seed in effect; 0 to 2^32 - 1
     */
    static void write(JsonGenerator json, SamplingOptions options, long seed) {
        json.writeNumberProperty("n_keep", options.keep());
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
        json.writeName("stop");
        json.writeStartArray();
        options.stop().forEach(json::writeString);
        json.writeEndArray();
    }

    /**
     * @param context tokens that bound the answer
     */
    static int predict(int asked, int context) {
        int most = (int) Math.min(Integer.MAX_VALUE, (long) context * MAX_CONTEXTS);
        return asked < 0 || asked > most ? most : asked;
    }
}
