package dev.caravan.template;

import org.jspecify.annotations.Nullable;

/**
 * A value of a type that prints itself in its own way.
 *
 * @param value a list, map or struct; null where Go has a nil one
 * @param json what it is in JSON
 * @param text what is printed for it
 */
record Typed(@Nullable Object value, @Nullable Object json, String text) {

    /** One that prints as its JSON. */
    static Typed json(@Nullable Object value) {
        return new Typed(value, value, GoJson.text(value));
    }

    /** What is ranged over, counted and compared. */
    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Typed typed ? typed.value() : value;
    }
}
