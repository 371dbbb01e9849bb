package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The body of every internal answer that is not a success.
 *
 * @param code a fault code's name
 * @param error what was wrong, what was expected, the way out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Refusal(String code, String error, @Nullable ReplicaLoad load) {
    public static Refusal of(String code, String error) {
        return new Refusal(code, error, null);
    }
}
