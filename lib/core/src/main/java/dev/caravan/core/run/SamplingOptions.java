package dev.caravan.core.run;

import java.util.List;

/**
 * How tokens are chosen. All values are always sent, since the engines' own defaults differ from
 * Ollama's.
 *
 * @param predict most tokens to make; negative: until the context is full
 * @param seed negative: random
 * @param keep prompt tokens that stay when the context is shifted
 * @param format what the text must conform to
 */
public record SamplingOptions(
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
        OutputFormat format) {

    /** Ollama's defaults. */
    public static final SamplingOptions DEFAULTS =
            new SamplingOptions(
                    -1,
                    -1,
                    40,
                    0.9,
                    0.0,
                    1.0,
                    64,
                    0.8,
                    1.0,
                    0.0,
                    0.0,
                    4,
                    List.of(),
                    new OutputFormat.Text());

    public SamplingOptions {
        stop = List.copyOf(stop);
    }
}
