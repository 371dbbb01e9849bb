package dev.caravan.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values as Go prints them. */
final class GoText {

    private GoText() {}

    /** What an action prints. */
    static String printed(@Nullable Object value) {
        return value == null ? "<no value>" : of(value);
    }

    /** As with the verb {@code %v}. */
    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Typed typed -> typed.text();
            case Double number -> number(number);
            case List<?> list ->
                    list.stream().map(GoText::of).collect(Collectors.joining(" ", "[", "]"));
            case Map<?, ?> map ->
                    new TreeMap<Object, Object>(map)
                            .entrySet().stream()
                                    .map(entry -> entry.getKey() + ":" + of(entry.getValue()))
                                    .collect(Collectors.joining(" ", "map[", "]"));
            case GoStruct struct ->
                    struct.members().stream()
                            .map(member -> of(member.value()))
                            .collect(Collectors.joining(" ", "{", "}"));
            default -> value.toString();
        };
    }

    /** The shortest digits; an exponent below 1e-4 and from a million on. */
    static String number(double number) {
        return number(number, -4, 6);
    }

    /** As Go's JSON has it: an exponent below 1e-6 and from 1e21 on, without a leading zero. */
    static String jsonNumber(double number) {
        String text = number(number, -6, 21);
        return text.replaceAll("e-0([0-9])$", "e-$1");
    }

    private static String number(double number, int smallest, int large) {
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";
        }
        BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= smallest && exponent < large) {
            return digits.toPlainString();
        }
        String plain = digits.unscaledValue().abs().toString();
        String fraction = plain.length() > 1 ? "." + plain.substring(1) : "";
        return "%s%s%se%s%02d"
                .formatted(
                        number < 0 ? "-" : "",
                        plain.charAt(0),
                        fraction,
                        exponent < 0 ? "-" : "+",
                        Math.abs(exponent));
    }

    /** In quotes, as a Go string literal. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(point -> escape(point, quoted));
        return quoted.append('"').toString();
    }

    private static void escape(int point, StringBuilder out) {
        int place = "\007\b\f\n\r\t\013\\\"".indexOf(point);
        if (place >= 0) {
            out.append('\\').append("abfnrtv\\\"".charAt(place));
        } else if (isShown(point)) {
            out.appendCodePoint(point);
        } else if (point < 0x80) {
            out.append("\\x%02x".formatted(point));
        } else {
            out.append(point < 0x10000 ? "\\u%04x".formatted(point) : "\\U%08x".formatted(point));
        }
    }

    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** Go's name of a value's type, for errors. */
    static String type(@Nullable Object value) {
        return switch (Typed.plain(value)) {
            case null -> "interface {}";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case Double _ -> "float64";
            case String _ -> "string";
            case List<?> _ -> "[]interface {}";
            case Map<?, ?> _ -> "map[string]interface {}";
            case GoStruct struct -> (struct.pointer() ? "*" : "") + struct.type();
            case Object other -> other.getClass().getSimpleName();
        };
    }
}
