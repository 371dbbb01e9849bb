package dev.caravan.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code if}, {@code and}, {@code or} and {@code not} take for true. */
final class Truth {

    private Truth() {}

    static boolean of(@Nullable Object value) {
        return switch (Typed.plain(value)) {
            case null -> false;
            case Boolean flag -> flag;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }
}
