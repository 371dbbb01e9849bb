package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * {@code options}: known names have Ollama's types, integers given as fractions are cut off, {@code
 * null} and unknown names are skipped. A wrong type is a 500 in Ollama, so it is here.
 *
 * <p>Options that say how to load a model (threads, batch, GPU layers) are checked and otherwise
 * left to the agents, which know their machines.
 */
final class OptionsReader {

    private static final List<String> LOADING_INTEGERS =
            List.of("num_batch", "num_gpu", "main_gpu", "num_thread", "draft_num_predict");

    /**
     * @param context {@code num_ctx} where it was given
     * @param distributed ours: how the model is to be loaded; for the scheduler, never for an
     *     engine
     */
    record Options(SamplingOptions sampling, OptionalInt context, Optional<Boolean> distributed) {}

    private final Map<String, JsonNode> values;

    private OptionsReader(Map<String, JsonNode> values) {
        this.values = values;
    }

    static Options read(GoObject request, OutputFormat format) {
        return new OptionsReader(request.map("options")).read(format);
    }

    private Options read(OutputFormat format) {
        SamplingOptions defaults = SamplingOptions.DEFAULTS;
        LOADING_INTEGERS.forEach(name -> integer(name, 0));
        bool("use_mmap");
        return new Options(
                new SamplingOptions(
                        (int) integer("num_predict", defaults.predict()),
                        integer("seed", defaults.seed()),
                        (int) integer("top_k", defaults.topK()),
                        number("top_p", defaults.topP()),
                        number("min_p", defaults.minP()),
                        number("typical_p", defaults.typicalP()),
                        (int) integer("repeat_last_n", defaults.repeatLastN()),
                        number("temperature", defaults.temperature()),
                        number("repeat_penalty", defaults.repeatPenalty()),
                        number("presence_penalty", defaults.presencePenalty()),
                        number("frequency_penalty", defaults.frequencyPenalty()),
                        (int) integer("num_keep", defaults.keep()),
                        texts("stop"),
                        format,
                        named()),
                present("num_ctx")
                        ? OptionalInt.of((int) integer("num_ctx", 0))
                        : OptionalInt.empty(),
                bool("distributed"));
    }

    /** Sampling values that the client has a wish about. */
    private Set<String> named() {
        return SamplingOptions.NAMES.stream()
                .filter(this::present)
                .collect(Collectors.toUnmodifiableSet());
    }

    private boolean present(String name) {
        JsonNode value = values.get(name);
        return value != null && !value.isNull();
    }

    private long integer(String name, long absent) {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isNumber()) {
            throw wrong(name, "of type integer");
        }
        return clamp(name, value);
    }

    /** Seeds are 64 bits wide; all other integers are an engine's 32. */
    private static long clamp(String name, JsonNode value) {
        boolean whole = value.isIntegralNumber() && value.canConvertToLong();
        long exact = whole ? value.longValue() : (long) value.doubleValue();
        return name.equals("seed")
                ? exact
                : Math.clamp(exact, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private double number(String name, double absent) {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isNumber()) {
            throw wrong(name, "of type float32");
        }
        return value.doubleValue();
    }

    private Optional<Boolean> bool(String name) {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw wrong(name, "of type boolean");
        }
        return Optional.of(value.booleanValue());
    }

    private List<String> texts(String name) {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(name, "of type array");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value.values()) {
            if (!element.isString()) {
                throw wrong(name, "of an array of strings");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    private static CaravanException wrong(String name, String expected) {
        return new CaravanException(
                FaultCode.INTERNAL, "option \"%s\" must be %s".formatted(name, expected));
    }
}
