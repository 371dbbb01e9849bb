package dev.caravan.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Go's {@code eq}, {@code lt} and their kin: values of one kind only. */
final class Comparison {

    private Comparison() {}

    private enum Kind {
        BOOLEAN,
        INTEGER,
        FLOAT,
        STRING,
        OTHER
    }

    private static Kind kind(@Nullable Object value) {
        return switch (value) {
            case Boolean _ -> Kind.BOOLEAN;
            case Long _ -> Kind.INTEGER;
            case Double _ -> Kind.FLOAT;
            case String _ -> Kind.STRING;
            case null, default -> Kind.OTHER;
        };
    }

    static boolean equal(@Nullable Object first, @Nullable Object second) {
        Object left = Typed.plain(first);
        Object right = Typed.plain(second);
        if (left == null || right == null) {
            return left == right;
        }
        if (kind(left) != kind(right)) {
            throw incompatible(left, right);
        }
        if (left instanceof List<?> || left instanceof Map<?, ?>) {
            throw new FunctionFault(
                    "non-comparable type %s: %s".formatted(GoText.of(right), GoText.type(right)));
        }
        return left.equals(right);
    }

    static boolean less(@Nullable Object left, @Nullable Object right) {
        if (kind(left) == Kind.OTHER || kind(right) == Kind.OTHER) {
            throw new FunctionFault("invalid type for comparison");
        }
        return switch (left) {
            case Long number when right instanceof Long other -> number < other;
            case Double number when right instanceof Double other -> number < other;
            case String text when right instanceof String other -> text.compareTo(other) < 0;
            case null, default -> {
                if (kind(left) == Kind.BOOLEAN && kind(right) == Kind.BOOLEAN) {
                    throw new FunctionFault("invalid type for comparison");
                }
                throw incompatible(left, right);
            }
        };
    }

    private static FunctionFault incompatible(@Nullable Object left, @Nullable Object right) {
        return new FunctionFault(
                "incompatible types for comparison: %s and %s"
                        .formatted(GoText.type(left), GoText.type(right)));
    }
}
