package dev.caravan.core.model;

import java.util.Locale;

/** What a model's policy promises when a stream has to go on elsewhere. */
public enum Continuation {
    /** Complete, with no piece wrong or doubled; the same text most of the time. */
    FLUENT,
    /** Engines run batch-independent kernels, so the same text comes, whole or split. */
    EXACT,
    /** Generated again from the prompt; the same text where the engine repeats itself. */
    REPEAT;

    /** The spelling in JSON, files and commands. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Continuation parse(String label) {
        for (Continuation continuation : values()) {
            if (continuation.label().equalsIgnoreCase(label)) {
                return continuation;
            }
        }
        throw new IllegalArgumentException(
                "continuation: \"" + label + "\" (expected: fluent, exact or repeat)");
    }
}
