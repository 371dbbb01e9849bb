package dev.caravan.core.run;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Options by their names in Ollama, of a request or of a model: known names have Ollama's types,
 * integers given as fractions are cut off, nulls and unknown names are skipped. A value of another
 * type is Ollama's text and a fault of code {@code INTERNAL}, since it answers 500.
 */
public final class OptionValues {

    public static final OptionValues NONE = new OptionValues(Map.of());

    private final Map<String, Object> values;

    /**
     * @param values numbers, texts, booleans, lists and maps of them; nulls count as absent
     */
    public OptionValues(Map<String, ? extends @Nullable Object> values) {
        Map<String, Object> present = new HashMap<>();
        values.forEach(
                (name, value) -> {
                    if (value != null) {
                        present.put(name, value);
                    }
                });
        this.values = present;
    }

    /** How tokens are chosen: these values, and Ollama's where there are none. */
    public SamplingOptions sampling(OutputFormat format) {
        return sampling(SamplingOptions.DEFAULTS, format);
    }

    SamplingOptions sampling(SamplingOptions other, OutputFormat format) {
        return new SamplingOptions(
                (int) integer("num_predict", other.predict()),
                integer("seed", other.seed()),
                (int) integer("top_k", other.topK()),
                number("top_p", other.topP()),
                number("min_p", other.minP()),
                number("typical_p", other.typicalP()),
                (int) integer("repeat_last_n", other.repeatLastN()),
                number("temperature", other.temperature()),
                number("repeat_penalty", other.repeatPenalty()),
                number("presence_penalty", other.presencePenalty()),
                number("frequency_penalty", other.frequencyPenalty()),
                (int) integer("num_keep", other.keep()),
                texts("stop", other.stop()),
                format,
                named());
    }

    /** How an engine is started. */
    public LoadOptions loading() {
        integer("draft_num_predict", 0);
        return new LoadOptions(
                integer("num_batch"),
                integer("num_gpu"),
                integer("main_gpu"),
                integer("num_thread"),
                flag("use_mmap"));
    }

    /** Tokens of context. */
    public OptionalInt context() {
        return integer("num_ctx");
    }

    /** Those without the sampling values of these names. */
    OptionValues without(Set<String> names) {
        Map<String, Object> rest = new HashMap<>(values);
        rest.keySet().removeAll(names);
        return new OptionValues(rest);
    }

    private Set<String> named() {
        return SamplingOptions.NAMES.stream()
                .filter(values::containsKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private OptionalInt integer(String name) {
        return values.containsKey(name)
                ? OptionalInt.of((int) integer(name, 0))
                : OptionalInt.empty();
    }

    private long integer(String name, long absent) {
        return switch (values.get(name)) {
            case null -> absent;
            case Number number -> clamp(name, number);
            case Object _ -> throw wrong(name, "of type integer");
        };
    }

    /** Seeds are 64 bits wide; all other integers are an engine's 32. */
    private static long clamp(String name, Number number) {
        long exact =
                switch (number) {
                    case BigInteger big when big.bitLength() > 63 ->
                            big.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
                    case BigDecimal big -> (long) big.doubleValue();
                    case Number other -> other.longValue();
                };
        return name.equals("seed")
                ? exact
                : Math.clamp(exact, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private double number(String name, double absent) {
        return switch (values.get(name)) {
            case null -> absent;
            case Number number -> number.doubleValue();
            case Object _ -> throw wrong(name, "of type float32");
        };
    }

    public Optional<Boolean> flag(String name) {
        return switch (values.get(name)) {
            case null -> Optional.empty();
            case Boolean flag -> Optional.of(flag);
            case Object _ -> throw wrong(name, "of type boolean");
        };
    }

    private List<String> texts(String name, List<String> absent) {
        return switch (values.get(name)) {
            case null -> absent;
            case List<?> list -> allTexts(name, list);
            case Object _ -> throw wrong(name, "of type array");
        };
    }

    private static List<String> allTexts(String name, List<?> list) {
        List<String> texts = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw wrong(name, "of an array of strings");
            }
            texts.add(text);
        }
        return texts;
    }

    private static CaravanException wrong(String name, String expected) {
        return new CaravanException(
                FaultCode.INTERNAL, "option \"%s\" must be %s".formatted(name, expected));
    }
}
