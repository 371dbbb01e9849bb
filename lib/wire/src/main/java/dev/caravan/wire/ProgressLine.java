package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** A step of a long verb: either a status or an error with its code, which ends the stream. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProgressLine(@Nullable String status, @Nullable String error, @Nullable String code) {
    public static ProgressLine status(String status) {
        return new ProgressLine(status, null, null);
    }

    public static ProgressLine error(String code, String error) {
        return new ProgressLine(null, error, code);
    }
}
