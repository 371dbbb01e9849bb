package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object as Go reads it into a struct: names match in any case, the last of two wins,
 * unknown fields and {@code null}s count as absent, a value of another type is an error that names
 * the field. Accessors take the field's name in lower case.
 */
public final class GoObject {

    private final String type;
    private final String path;
    private final Map<String, JsonNode> fields;

    private GoObject(String type, String path, Map<String, JsonNode> fields) {
        this.type = type;
        this.path = path;
        this.fields = fields;
    }

    static GoObject empty(String type) {
        return new GoObject(type, "", Map.of());
    }

    static GoObject of(String type, JsonNode object) {
        return new GoObject(type, "", index(object));
    }

    private static Map<String, JsonNode> index(JsonNode object) {
        Map<String, JsonNode> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!field.getValue().isNull()) {
                fields.put(field.getKey().toLowerCase(Locale.ROOT), field.getValue());
            }
        }
        return fields;
    }

    public boolean has(String name) {
        return fields.containsKey(name);
    }

    /** The value as it came, for fields of many types. */
    public Optional<JsonNode> value(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    public Optional<String> text(String name) {
        return value(name).map(value -> textOf(name, value));
    }

    /** The text, or "" where the field is absent, as Go's zero value. */
    public String textOrEmpty(String name) {
        return text(name).orElse("");
    }

    public Optional<Boolean> flag(String name) {
        return value(name)
                .map(
                        value -> {
                            if (!value.isBoolean()) {
                                throw mismatch(name, value, "bool");
                            }
                            return value.booleanValue();
                        });
    }

    public Optional<Long> integer(String name) {
        return value(name)
                .map(
                        value -> {
                            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                                throw mismatch(name, value, "int");
                            }
                            return value.longValue();
                        });
    }

    /** The strings of an array; absent gives an empty list, {@code null}s give "". */
    public List<String> texts(String name) {
        return texts(name, "string");
    }

    /** The same for strings that Go reads into a type of its own. */
    List<String> texts(String name, String goElementType) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : elements(name, "[]" + goElementType)) {
            if (!element.isString() && !element.isNull()) {
                throw mismatch(name, element, goElementType);
            }
            texts.add(textOf(name, element));
        }
        return texts;
    }

    /** The objects of an array; absent gives an empty list, {@code null}s give empty objects. */
    public List<GoObject> objects(String name, String goElementType) {
        return objects(name, "[]" + goElementType, goElementType);
    }

    /** The same where Go has a name for the list, too. */
    List<GoObject> objects(String name, String goType, String goElementType) {
        List<GoObject> objects = new ArrayList<>();
        for (JsonNode element : elements(name, goType)) {
            objects.add(nested(name, element, goElementType));
        }
        return objects;
    }

    /** A nested object; absent gives one without fields. */
    public GoObject object(String name, String goType) {
        JsonNode value = fields.get(name);
        return value == null
                ? new GoObject(type, path + name + ".", Map.of())
                : nested(name, value, goType);
    }

    /** An object of free names, which keep their case; absent gives an empty map. */
    public Map<String, JsonNode> map(String name) {
        JsonNode value = fields.get(name);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw mismatch(name, value, "map[string]interface {}");
        }
        Map<String, JsonNode> map = new LinkedHashMap<>();
        value.properties().forEach(field -> map.put(field.getKey(), field.getValue()));
        return map;
    }

    /** An object of free names to objects, in its order; absent gives an empty map. */
    Map<String, GoObject> objectMap(String name, String goElementType) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isObject()) {
            throw mismatch(name, value, "map[string]" + goElementType);
        }
        Map<String, GoObject> objects = new LinkedHashMap<>();
        map(name).forEach((key, each) -> objects.put(key, nested(name, each, goElementType)));
        return objects;
    }

    /** An object of free names to strings, in its order; absent gives an empty map. */
    public Map<String, String> textMap(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isObject()) {
            throw mismatch(name, value, "map[string]string");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        map(name).forEach((key, text) -> texts.put(key, text.isNull() ? "" : textOf(name, text)));
        return texts;
    }

    /** Go's error for a value that does not fit a field. */
    public CaravanException mismatch(String name, JsonNode value, String goType) {
        String shown = value.isNumber() && goType.startsWith("int") ? "number " + value : null;
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "json: cannot unmarshal %s into Go struct field %s.%s%s of type %s"
                        .formatted(shown == null ? kind(value) : shown, type, path, name, goType));
    }

    /** What Go calls a JSON value in its errors. */
    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "array";
            case BOOLEAN -> "bool";
            case NUMBER -> "number";
            case OBJECT -> "object";
            case STRING -> "string";
            case BINARY, MISSING, NULL, POJO -> "null";
        };
    }

    private GoObject nested(String name, @Nullable JsonNode value, String goType) {
        if (value == null || value.isNull()) {
            return new GoObject(type, path + name + ".", Map.of());
        }
        if (!value.isObject()) {
            throw mismatch(name, value, goType);
        }
        return new GoObject(type, path + name + ".", index(value));
    }

    private List<JsonNode> elements(String name, String goType) {
        JsonNode value = fields.get(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw mismatch(name, value, goType);
        }
        return List.copyOf(value.values());
    }

    private String textOf(String name, JsonNode value) {
        if (value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw mismatch(name, value, "string");
        }
        return Utf8.repaired(value.stringValue());
    }
}
