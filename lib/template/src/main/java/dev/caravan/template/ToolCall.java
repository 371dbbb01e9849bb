package dev.caravan.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call that the model made.
 *
 * @param index of several calls in one turn, from 0
 * @param arguments JSON values as plain Java: maps, lists, texts, numbers, booleans, nulls
 */
public record ToolCall(String id, int index, String name, Map<String, ?> arguments) {
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
}
