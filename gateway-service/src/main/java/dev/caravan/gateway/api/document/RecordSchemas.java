package dev.caravan.gateway.api.document;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON schemas of the records that answers are written from. What is left out where it is empty is
 * not required, what can be null says so.
 */
final class RecordSchemas {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<Class<?>> WHOLE =
            Set.of(int.class, long.class, Integer.class, Long.class);
    private static final Set<Class<?>> NUMBERS = Set.of(float.class, double.class, Double.class);
    private static final Set<Class<?>> FLAGS = Set.of(boolean.class, Boolean.class);

    private final Map<String, Class<?>> records = new LinkedHashMap<>();

    RecordSchemas(Collection<Class<?>> answers) {
        answers.forEach(answer -> records.put(answer.getSimpleName(), answer));
    }

    boolean has(String name) {
        return records.containsKey(name);
    }

    ObjectNode schema(String name) {
        Class<?> type = records.get(name);
        if (type == null) {
            throw new IllegalStateException(
                    "schema %s (expected: written, or one of the records %s)"
                            .formatted(name, records.keySet()));
        }
        return object(type);
    }

    private static ObjectNode object(Class<?> type) {
        ObjectNode schema = JSON.createObjectNode().put("type", "object");
        ArrayNode required = JSON.createArrayNode();
        ObjectNode properties = schema.putObject("properties");
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
            String name =
                    named == null || named.value().isEmpty() ? component.getName() : named.value();
            properties.set(name, property(component));
            if (!mayBeAbsent(type, component)) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static ObjectNode property(RecordComponent component) {
        ObjectNode schema = schema(component.getGenericType());
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        return nullable && schema.has("type") ? schema.put("nullable", true) : schema;
    }

    private static boolean mayBeAbsent(Class<?> type, RecordComponent component) {
        JsonInclude own = component.getAccessor().getAnnotation(JsonInclude.class);
        JsonInclude include = own == null ? type.getAnnotation(JsonInclude.class) : own;
        return include != null && include.value() != JsonInclude.Include.ALWAYS;
    }

    private static ObjectNode schema(Type type) {
        return switch (type) {
            case Class<?> plain -> plain(plain);
            case ParameterizedType generic -> generic(generic);
            default -> JSON.createObjectNode();
        };
    }

    private static ObjectNode plain(Class<?> type) {
        if (type.isRecord()) {
            return object(type);
        }
        ObjectNode schema = JSON.createObjectNode();
        if (WHOLE.contains(type)) {
            return schema.put("type", "integer");
        }
        if (NUMBERS.contains(type)) {
            return schema.put("type", "number");
        }
        if (FLAGS.contains(type)) {
            return schema.put("type", "boolean");
        }
        return type == Object.class ? schema : schema.put("type", "string");
    }

    private static ObjectNode generic(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        ObjectNode schema = JSON.createObjectNode();
        if (type.getRawType() instanceof Class<?> raw && Collection.class.isAssignableFrom(raw)) {
            schema.put("type", "array").set("items", schema(arguments[0]));
        } else {
            schema.put("type", "object").set("additionalProperties", schema(arguments[1]));
        }
        return schema;
    }
}
