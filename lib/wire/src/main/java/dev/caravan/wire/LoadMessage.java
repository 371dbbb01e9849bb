package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Wishes for a replica of a model. Wishing twice gives the same load.
 *
 * @param contextLength tokens of context a request needs; 0: the default
 * @param keepAliveMillis see {@link RunMessage#keepAliveMillis}
 * @param distributed true: split over hosts; false: on one host; absent: as it fits
 * @param waitMillis how long the answer may be held back while the load is pending
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadMessage(
        String requestId,
        String model,
        String digest,
        int contextLength,
        @Nullable Long keepAliveMillis,
        @Nullable Boolean distributed,
        long waitMillis) {}
