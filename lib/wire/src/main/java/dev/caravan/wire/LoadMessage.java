package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Wishes for a replica of a model. Wishing twice gives the same load.
 *
 * @param contextLength tokens of context a request needs; 0: the default
 * @param keepAliveMillis see {@link RunMessage#keepAliveMillis}
 * @param distributed true: split over hosts; false: on one host; absent: as it fits
 * @param waitMillis how long the answer may be held back while the load is pending
 * @param loading how the engine is to be started; absent: as the model and the agent say
 * @param avoid ids of replicas that failed the asker just now and are not to be the answer; absent:
 *     none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadMessage(
        String requestId,
        String model,
        String digest,
        int contextLength,
        @Nullable Long keepAliveMillis,
        @Nullable Boolean distributed,
        long waitMillis,
        @Nullable LoadOptions loading,
        @Nullable List<String> avoid) {

    /** One that leaves it to the model and the agent how the engine is started. */
    public LoadMessage(
            String requestId,
            String model,
            String digest,
            int contextLength,
            @Nullable Long keepAliveMillis,
            @Nullable Boolean distributed,
            long waitMillis) {
        this(
                requestId,
                model,
                digest,
                contextLength,
                keepAliveMillis,
                distributed,
                waitMillis,
                null,
                null);
    }

    /** What failed the asker; none where the message does not name any. */
    public List<String> avoided() {
        return Objects.requireNonNullElse(avoid, List.of());
    }
}
