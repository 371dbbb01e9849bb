package dev.caravan.core.run;

/** What the answer's text must conform to. */
public sealed interface OutputFormat {
    record Text() implements OutputFormat {}

    /** Any JSON object. */
    record Json() implements OutputFormat {}

    /** JSON of this schema, itself given as JSON text. */
    record Schema(String json) implements OutputFormat {}
}
