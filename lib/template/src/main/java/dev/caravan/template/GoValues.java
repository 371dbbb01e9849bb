package dev.caravan.template;

import dev.caravan.template.GoStruct.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages and tools in the types that Ollama hands to templates: what prints how, and in JSON. */
final class GoValues {

    /** A slice that was never made: empty, and null in JSON. */
    private static final Typed NIL_LIST = new Typed(null, null, "[]");

    private static final Typed NIL_MAP = new Typed(null, null, "{}");

    private GoValues() {}

    static Object messages(List<Turn> turns) {
        return turns.isEmpty() ? NIL_LIST : turns.stream().map(GoValues::message).toList();
    }

    private static GoStruct message(Turn turn) {
        return new GoStruct(
                "template.templateMessage",
                true,
                List.of(
                        field("Role", turn.role()),
                        field("Content", turn.content()),
                        field("Thinking", turn.thinking()),
                        field("Images", NIL_LIST),
                        field(
                                "ToolCalls",
                                turn.toolCalls().isEmpty()
                                        ? NIL_LIST
                                        : turn.toolCalls().stream().map(GoValues::call).toList()),
                        field("ToolName", turn.toolName()),
                        field("ToolCallID", turn.toolCallId())));
    }

    private static GoStruct call(ToolCall call) {
        GoStruct function =
                new GoStruct(
                        "template.templateToolCallFunction",
                        false,
                        List.of(
                                field("Index", (long) call.index()),
                                field("Name", call.name()),
                                field("Arguments", Typed.json(value(call.arguments())))));
        return new GoStruct(
                "template.templateToolCall",
                false,
                List.of(field("ID", call.id()), field("Function", function)));
    }

    static Object tools(List<Map<String, ?>> tools) {
        return tools.isEmpty()
                ? new Typed(null, null, "null")
                : Typed.json(tools.stream().map(GoValues::tool).toList());
    }

    private static Typed tool(Map<String, ?> tool) {
        Map<String, @Nullable Object> function = object(tool.get("function"));
        return Typed.json(
                new GoStruct(
                        "template.templateTool",
                        false,
                        List.of(
                                new Member("Type", "type", false, text(tool.get("type"))),
                                new Member("Items", "items", true, value(tool.get("items"))),
                                new Member("Function", "function", false, function(function)))));
    }

    private static GoStruct function(Map<String, @Nullable Object> function) {
        return new GoStruct(
                "template.templateToolFunction",
                false,
                List.of(
                        new Member("Name", "name", false, text(function.get("name"))),
                        new Member(
                                "Description",
                                "description",
                                false,
                                text(function.get("description"))),
                        new Member(
                                "Parameters",
                                "parameters",
                                false,
                                parameters(object(function.get("parameters"))))));
    }

    private static GoStruct parameters(Map<String, @Nullable Object> schema) {
        return new GoStruct(
                "template.templateToolFunctionParameters",
                false,
                List.of(
                        new Member("Type", "type", false, text(schema.get("type"))),
                        new Member("Defs", "$defs", true, value(schema.get("$defs"))),
                        new Member("Items", "items", true, value(schema.get("items"))),
                        new Member("Required", "required", true, list(schema.get("required"))),
                        new Member(
                                "Properties",
                                "properties",
                                false,
                                properties(schema.get("properties")))));
    }

    private static Typed properties(@Nullable Object properties) {
        if (properties == null) {
            return NIL_MAP;
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        object(properties).forEach((name, property) -> named.put(name, property(object(property))));
        return Typed.json(named);
    }

    private static GoStruct property(Map<String, @Nullable Object> schema) {
        return new GoStruct(
                "api.ToolProperty",
                false,
                List.of(
                        new Member("AnyOf", "anyOf", true, alternatives(schema.get("anyOf"))),
                        new Member("Type", "type", true, type(schema.get("type"))),
                        new Member("Items", "items", true, value(schema.get("items"))),
                        new Member(
                                "Description",
                                "description",
                                true,
                                text(schema.get("description"))),
                        new Member("Enum", "enum", true, list(schema.get("enum"))),
                        new Member(
                                "Properties", "properties", true, nested(schema.get("properties"))),
                        new Member("Required", "required", true, list(schema.get("required")))));
    }

    private static Object alternatives(@Nullable Object schemas) {
        return schemas instanceof List<?> list
                ? list.stream().map(schema -> property(object(schema))).toList()
                : NIL_LIST;
    }

    /** One type prints and reads as a text, several as a list of them. */
    private static Typed type(@Nullable Object type) {
        return switch (type) {
            case null -> new Typed(List.of(), List.of(), "");
            case List<?> list when list.size() == 1 -> type(list.getFirst());
            case List<?> list -> new Typed(list, list, GoText.of(list));
            default -> new Typed(List.of(type), type, type.toString());
        };
    }

    /** Properties of a property keep their order, which Ollama does not do for those above. */
    private static @Nullable Object nested(@Nullable Object properties) {
        if (properties == null) {
            return null;
        }
        List<Member> members = new ArrayList<>();
        object(properties)
                .forEach(
                        (name, schema) ->
                                members.add(
                                        new Member(name, name, false, property(object(schema)))));
        return new GoStruct("api.ToolPropertiesMap", true, members);
    }

    private static Object list(@Nullable Object values) {
        Object list = value(values);
        return list instanceof List<?> ? list : NIL_LIST;
    }

    private static String text(@Nullable Object text) {
        return text == null ? "" : text.toString();
    }

    @SuppressWarnings("unchecked") // JSON's objects have texts as names.
    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }

    /** A value out of JSON: its numbers are floats to Go. */
    private static @Nullable Object value(@Nullable Object json) {
        return switch (json) {
            case Number number -> number.doubleValue();
            case List<?> list -> {
                List<@Nullable Object> values = new ArrayList<>();
                list.forEach(element -> values.add(value(element)));
                yield values;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                map.forEach((name, element) -> values.put(String.valueOf(name), value(element)));
                yield values;
            }
            case null, default -> json;
        };
    }

    private static Member field(String name, Object value) {
        return new Member(name, name, false, value);
    }
}
