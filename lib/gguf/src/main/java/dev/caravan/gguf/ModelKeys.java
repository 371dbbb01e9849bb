package dev.caravan.gguf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** The metadata of a file under the name of its architecture, each number checked for its range. */
final class ModelKeys {

    private final GgufFile file;
    private final String architecture;

    ModelKeys(GgufFile file, String architecture) {
        this.file = file;
        this.architecture = architecture;
    }

    /** The number {@code architecture.suffix}; empty where it is absent. */
    OptionalInt number(String suffix, int least, int most) throws GgufException {
        String key = key(suffix);
        GgufValue value = file.metadata().get(key);
        return value == null
                ? OptionalInt.empty()
                : OptionalInt.of(checked(key, value, least, most));
    }

    int required(String suffix, int least, int most) throws GgufException {
        OptionalInt number = number(suffix, least, most);
        if (number.isEmpty()) {
            throw new GgufException(
                    GgufFault.MISSING_KEY,
                    "metadata without %s (expected: %d to %d)"
                            .formatted(Quoted.name(key(suffix)), least, most));
        }
        return number.getAsInt();
    }

    /**
     * One number from 0 on for each layer, from one value or an array; empty where it is absent.
     */
    List<Integer> perLayer(String suffix, int layers, int most) throws GgufException {
        String key = key(suffix);
        return switch (file.metadata().get(key)) {
            case null -> List.of();
            case GgufValue.Items(var type, var values) when values.size() == layers -> {
                List<Integer> numbers = new ArrayList<>();
                for (GgufValue value : values) {
                    numbers.add(checked(key, value, 0, most));
                }
                yield List.copyOf(numbers);
            }
            case GgufValue.Items(var type, var values) ->
                    throw bad(key, values.size() + " numbers", "one, or one for each of " + layers);
            case GgufValue value -> Collections.nCopies(layers, checked(key, value, 0, most));
        };
    }

    private String key(String suffix) {
        return architecture + "." + suffix;
    }

    private static int checked(String key, GgufValue value, int least, int most)
            throws GgufException {
        if (value instanceof GgufValue.Whole whole && whole.within(least, most)) {
            return (int) whole.bits();
        }
        String shown = value.plain().map(Object::toString).map(Quoted::name).orElse("a long value");
        throw bad(key, shown, "a whole number from %d to %d".formatted(least, most));
    }

    private static GgufException bad(String key, String value, String expected) {
        return new GgufException(
                GgufFault.BAD_VALUE,
                "%s: %s (expected: %s)".formatted(Quoted.name(key), value, expected));
    }
}
