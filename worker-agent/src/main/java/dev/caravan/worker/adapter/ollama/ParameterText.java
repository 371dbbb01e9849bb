package dev.caravan.worker.adapter.ollama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/**
 * The {@code parameters} of {@code /api/show}: a line for each value, the name padded with spaces,
 * texts quoted; a name that comes several times is a list.
 */
final class ParameterText {

    private static final Pattern LINE = Pattern.compile("(\\S+)\\s+(.*)");

    private ParameterText() {}

    static Map<String, Object> parse(String text) {
        Map<String, List<Object>> values = new LinkedHashMap<>();
        text.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .forEach(
                        line ->
                                values.computeIfAbsent(line.group(1), _ -> new ArrayList<>())
                                        .add(value(line.group(2).strip())));
        Map<String, Object> parameters = new LinkedHashMap<>();
        values.forEach(
                (name, all) -> parameters.put(name, isList(name, all) ? all : all.getFirst()));
        return parameters;
    }

    /** Stop words are a list also where there is one. */
    private static boolean isList(String name, List<Object> values) {
        return values.size() > 1 || name.equals("stop");
    }

    /** Numbers, booleans and quoted texts are written as in JSON; anything else is its own text. */
    private static Object value(String text) {
        try {
            Object parsed = OllamaJson.MAPPER.readValue(text, Object.class);
            return parsed == null ? text : parsed;
        } catch (JacksonException unquoted) {
            return text;
        }
    }
}
