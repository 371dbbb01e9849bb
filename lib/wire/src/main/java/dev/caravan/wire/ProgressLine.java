package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A step of a long verb: either a status or an error with its code, which ends the stream.
 *
 * @param digest {@code sha256:<hex>} of the blob that the step is about; absent: about none
 * @param total bytes of that blob
 * @param completed bytes of it that are done; absent: none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProgressLine(
        @Nullable String status,
        @Nullable String digest,
        @Nullable Long total,
        @Nullable Long completed,
        @Nullable String error,
        @Nullable String code) {

    public static ProgressLine status(String status) {
        return new ProgressLine(status, null, null, null, null, null);
    }

    public static ProgressLine error(String code, String error) {
        return new ProgressLine(null, null, null, null, error, code);
    }
}
