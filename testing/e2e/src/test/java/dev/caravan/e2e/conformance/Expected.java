package dev.caravan.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Holds a value against what a case expects. Objects may have more fields than are named; a text
 * {@code <kind>} stands for any value of that kind, {@code ~} begins a regular expression for the
 * whole text, {@code each}, {@code some} or {@code none} in an object of its own stands for a list
 * of whose entries so many are so.
 */
final class Expected {

    private Expected() {}

    static void check(String where, JsonNode expected, JsonNode actual) {
        if (expected.isString()) {
            text(where, expected.asString(), actual);
        } else if (expected.isObject()) {
            object(where, expected, actual);
        } else if (expected.isArray()) {
            assertThat(actual.size())
                    .as("%s: entries of %s", where, actual)
                    .isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                check(where + "[" + i + "]", expected.get(i), actual.path(i));
            }
        } else if (expected.isNumber()) {
            assertThat(actual.isNumber()).as("%s: %s is a number", where, actual).isTrue();
            assertThat(actual.decimalValue())
                    .as(where)
                    .isEqualByComparingTo(expected.decimalValue());
        } else {
            assertThat(actual).as(where).isEqualTo(expected);
        }
    }

    private static void object(String where, JsonNode expected, JsonNode actual) {
        if (expected.has("each")) {
            assertThat(actual.isArray()).as("%s: %s is a list", where, actual).isTrue();
            for (int i = 0; i < actual.size(); i++) {
                check(where + "[" + i + "]", expected.path("each"), actual.path(i));
            }
            return;
        }
        if (expected.has("some") || expected.has("none")) {
            String wish = expected.has("some") ? "some" : "none";
            long found =
                    actual.valueStream().filter(entry -> fits(expected.path(wish), entry)).count();
            assertThat(found > 0)
                    .as("%s: %s of %s is %s", where, wish, actual, expected.path(wish))
                    .isEqualTo(wish.equals("some"));
            return;
        }
        assertThat(actual.isObject()).as("%s: %s is an object", where, actual).isTrue();
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            check(where + "." + field.getKey(), field.getValue(), actual.path(field.getKey()));
        }
    }

    private static boolean fits(JsonNode expected, JsonNode actual) {
        try {
            check("entry", expected, actual);
            return true;
        } catch (AssertionError other) {
            return false;
        }
    }

    private static void text(String where, String expected, JsonNode actual) {
        if (expected.startsWith("<") && expected.endsWith(">")) {
            kind(where, expected, actual);
        } else if (expected.startsWith("~")) {
            assertThat(actual.asString(null)).as(where).matches("(?s)" + expected.substring(1));
        } else {
            assertThat(actual.asString(null)).as(where).isEqualTo(expected);
        }
    }

    private static void kind(String where, String kind, JsonNode actual) {
        boolean fits =
                switch (kind) {
                    case "<any>" -> !actual.isMissingNode();
                    case "<absent>" -> actual.isMissingNode();
                    case "<text>" -> actual.isString();
                    case "<some text>" -> actual.isString() && !actual.asString().isEmpty();
                    case "<count>" -> actual.isIntegralNumber() && actual.asLong() > 0;
                    case "<whole>" -> actual.isIntegralNumber() && actual.asLong() >= 0;
                    case "<list>" -> actual.isArray();
                    case "<some list>" -> actual.isArray() && !actual.isEmpty();
                    case "<object>" -> actual.isObject();
                    case "<time>" -> isTime(actual.asString(""));
                    default ->
                            throw new IllegalArgumentException(
                                    kind + " in a case (expected: one that Expected knows)");
                };
        assertThat(fits).as("%s: %s is %s", where, actual, kind).isTrue();
    }

    private static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return text.matches(".{19}(\\.\\d{0,8}[1-9])?(Z|[+-]\\d\\d:\\d\\d)");
        } catch (DateTimeParseException none) {
            return false;
        }
    }
}
