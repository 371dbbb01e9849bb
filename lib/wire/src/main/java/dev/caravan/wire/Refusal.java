package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The body of every internal answer that is not a success.
 *
 * @param code a fault code's name
 * @param error what was wrong, what was expected, the way out
 * @param status of the engine's own answer where {@code error} is its own text, to be passed on as
 *     they are; absent: neither
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Refusal(
        String code, String error, @Nullable ReplicaLoad load, @Nullable Integer status) {
    public Refusal(String code, String error, @Nullable ReplicaLoad load) {
        this(code, error, load, null);
    }

    public static Refusal of(String code, String error) {
        return new Refusal(code, error, null, null);
    }
}
