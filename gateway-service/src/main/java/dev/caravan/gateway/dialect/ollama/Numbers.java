package dev.caravan.gateway.dialect.ollama;

import tools.jackson.databind.JsonNode;

/** Numbers of fields that take a value of any type. */
final class Numbers {

    private Numbers() {}

    /** The value, unless it is a number that is larger than Go's. */
    static JsonNode finite(JsonNode value) {
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            throw Refusals.invalid(
                    "json: cannot unmarshal number %s into Go value of type float64"
                            .formatted(value));
        }
        return value;
    }
}
