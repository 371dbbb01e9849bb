package dev.caravan.template;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON as Go writes it: maps by name, struct fields in their order, {@code < > &} escaped. */
public final class GoJson {

    private final StringBuilder out = new StringBuilder();

    private GoJson() {}

    /**
     * @param value maps, lists, texts, booleans, numbers, null
     */
    public static String text(@Nullable Object value) {
        GoJson json = new GoJson();
        json.write(value);
        return json.out.toString();
    }

    private void write(@Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case Typed typed -> write(typed.json());
            case String text -> string(text);
            case Long whole -> out.append(whole.longValue());
            case Number number -> out.append(GoText.jsonNumber(number.doubleValue()));
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            case GoStruct struct -> struct(struct);
            default -> out.append(value);
        }
    }

    private void list(List<?> list) {
        out.append('[');
        for (int index = 0; index < list.size(); index++) {
            if (index > 0) {
                out.append(',');
            }
            write(list.get(index));
        }
        out.append(']');
    }

    private void map(Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet()) {
            out.append(separator);
            string(entry.getKey().toString());
            out.append(':');
            write(entry.getValue());
            separator = ",";
        }
        out.append('}');
    }

    private void struct(GoStruct struct) {
        out.append('{');
        String separator = "";
        for (GoStruct.Member member : struct.members()) {
            if (member.omitEmpty() && isEmpty(member.value())) {
                continue;
            }
            out.append(separator);
            string(member.json());
            out.append(':');
            write(member.value());
            separator = ",";
        }
        out.append('}');
    }

    private static boolean isEmpty(@Nullable Object value) {
        return switch (Typed.plain(value)) {
            case null -> true;
            case GoStruct _ -> false;
            case Object other -> !Truth.of(other);
        };
    }

    private void string(String text) {
        out.append('"');
        text.chars().forEach(letter -> character((char) letter));
        out.append('"');
    }

    private void character(char letter) {
        switch (letter) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '<', '>', '&', '\u2028', '\u2029' -> out.append("\\u%04x".formatted((int) letter));
            default -> {
                if (letter < ' ') {
                    out.append("\\u%04x".formatted((int) letter));
                } else {
                    out.append(letter);
                }
            }
        }
    }
}
