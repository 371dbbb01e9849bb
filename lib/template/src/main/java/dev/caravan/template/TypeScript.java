package dev.caravan.template;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The TypeScript type of a tool's property. */
final class TypeScript {

    private TypeScript() {}

    static String type(@Nullable Object property) {
        if (!(property instanceof GoStruct struct)) {
            return "any";
        }
        List<?> alternatives = list(struct, "AnyOf");
        if (!alternatives.isEmpty()) {
            return alternatives.stream().map(TypeScript::type).collect(Collectors.joining(" | "));
        }
        List<?> types = list(struct, "Type");
        return types.isEmpty()
                ? "any"
                : types.stream()
                        .map(type -> name(type.toString()))
                        .collect(Collectors.joining(" | "));
    }

    private static List<?> list(GoStruct struct, String field) {
        return struct.member(field)
                .map(GoStruct.Member::value)
                .map(Typed::plain)
                .filter(List.class::isInstance)
                .<List<?>>map(List.class::cast)
                .orElse(List.of());
    }

    private static String name(String jsonType) {
        return switch (jsonType) {
            case "string" -> "string";
            case "number", "integer" -> "number";
            case "boolean" -> "boolean";
            case "array" -> "any[]";
            case "object" -> "Record<string, any>";
            case "null" -> "null";
            default -> "any";
        };
    }
}
