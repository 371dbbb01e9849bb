package dev.caravan.gateway.dialect.ollama;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code tools}: what the model may call. Only the words of a schema that Ollama knows get to the
 * model.
 */
final class Tools {

    private static final JsonMapper JSON = JsonMapper.shared();

    private Tools() {}

    /** Each tool as JSON text. */
    static List<String> read(GoObject body) {
        return body.objects("tools", "api.Tools", "api.Tool").stream()
                .map(Tools::tool)
                .map(ObjectNode::toString)
                .toList();
    }

    private static ObjectNode tool(GoObject sent) {
        ObjectNode tool = JSON.createObjectNode();
        String type = sent.textOrEmpty("type");
        tool.put("type", type.isEmpty() ? "function" : type);
        GoObject function = sent.object("function", "api.ToolFunction");
        ObjectNode json = tool.putObject("function");
        json.put("name", function.textOrEmpty("name"));
        putText(function, "description", json);
        GoObject parameters = function.object("parameters", "api.ToolFunctionParameters");
        ObjectNode schema = json.putObject("parameters");
        String kind = parameters.textOrEmpty("type");
        schema.put("type", kind.isEmpty() ? "object" : kind);
        putAny(parameters, "$defs", schema);
        putAny(parameters, "items", schema);
        putTexts(parameters, "required", schema);
        properties(parameters, schema.putObject("properties"));
        return tool;
    }

    private static void properties(GoObject owner, ObjectNode json) {
        Map<String, GoObject> properties = owner.objectMap("properties", "api.ToolProperty");
        properties.forEach((name, property) -> property(property, json.putObject(name)));
    }

    private static void property(GoObject property, ObjectNode json) {
        List<GoObject> any = property.objects("anyof", "api.ToolProperty");
        if (!any.isEmpty()) {
            ArrayNode alternatives = json.putArray("anyOf");
            any.forEach(each -> property(each, alternatives.addObject()));
        }
        property.value("type").ifPresent(type -> putType(property, type, json));
        putAny(property, "items", json);
        putText(property, "description", json);
        property.value("enum")
                .ifPresent(
                        values -> {
                            if (!values.isArray()) {
                                throw property.mismatch("enum", values, "[]interface {}");
                            }
                            json.set("enum", values);
                        });
        if (property.has("properties")) {
            properties(property, json.putObject("properties"));
        }
        putTexts(property, "required", json);
    }

    /** One type or several. */
    private static void putType(GoObject property, JsonNode type, ObjectNode json) {
        if (type.isArray()) {
            putTexts(property, "type", json);
        } else {
            json.put("type", property.textOrEmpty("type"));
        }
    }

    private static void putText(GoObject from, String name, ObjectNode to) {
        String text = from.textOrEmpty(name);
        if (!text.isEmpty()) {
            to.put(name, text);
        }
    }

    private static void putTexts(GoObject from, String name, ObjectNode to) {
        List<String> texts = from.texts(name);
        if (!texts.isEmpty()) {
            ArrayNode array = to.putArray(name);
            texts.forEach(array::add);
        }
    }

    private static void putAny(GoObject from, String name, ObjectNode to) {
        from.value(name).ifPresent(value -> to.set(name, value));
    }
}
