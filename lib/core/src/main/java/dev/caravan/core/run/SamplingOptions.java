package dev.caravan.core.run;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How tokens are chosen. All values are always sent, since the engines' own defaults differ from
 * Ollama's.
 *
 * @param predict most tokens to make; negative: until the context is full
 * @param seed negative: random
 * @param keep prompt tokens that stay when the context is shifted
 * @param format what the text must conform to
 * @param named which of them the client named, in Ollama's spelling; an engine that knows the
 *     model's own defaults uses those for the others
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
        OutputFormat format,
        Set<String> named) {

    /** All sampling values in Ollama's spelling. */
    public static final Set<String> NAMES =
            Set.of(
                    "num_predict",
                    "seed",
                    "top_k",
                    "top_p",
                    "min_p",
                    "typical_p",
                    "repeat_last_n",
                    "temperature",
                    "repeat_penalty",
                    "presence_penalty",
                    "frequency_penalty",
                    "num_keep",
                    "stop");

    /** Ollama's defaults; the client named none. */
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
                    new OutputFormat.Text(),
                    Set.of());

    public SamplingOptions {
        stop = List.copyOf(stop);
        named = Set.copyOf(named);
        if (!NAMES.containsAll(named)) {
            throw new IllegalArgumentException(
                    "named: %s (expected: some of %s)".formatted(named, NAMES));
        }
    }

    /** These, with the model's own values for what the client did not name. */
    public SamplingOptions orElse(OptionValues own) {
        SamplingOptions mixed = own.without(named).sampling(this, format);
        return new SamplingOptions(
                mixed.predict,
                mixed.seed,
                mixed.topK,
                mixed.topP,
                mixed.minP,
                mixed.typicalP,
                mixed.repeatLastN,
                mixed.temperature,
                mixed.repeatPenalty,
                mixed.presencePenalty,
                mixed.frequencyPenalty,
                mixed.keep,
                mixed.stop,
                format,
                named);
    }

    /** The same with another bound. */
    public SamplingOptions withPredict(int most) {
        return with(most, seed, named);
    }

    /** The same with a seed that goes before the model's own. */
    public SamplingOptions withSeed(long other) {
        Set<String> more = new HashSet<>(named);
        more.add("seed");
        return with(predict, other, more);
    }

    private SamplingOptions with(int most, long otherSeed, Set<String> names) {
        return new SamplingOptions(
                most,
                otherSeed,
                topK,
                topP,
                minP,
                typicalP,
                repeatLastN,
                temperature,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                keep,
                stop,
                format,
                names);
    }
}
