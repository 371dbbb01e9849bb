package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's policy as it lies beside the manifest; higher {@code (epoch, number)} wins.
 *
 * @param continuation "fluent", "exact" or "repeat"
 * @param ranges forced layer ranges in the order of layers; absent: planned
 * @param minimumHosts hosts the model is split over at least; absent: as many as it needs
 * @param contextLength tokens of context of each slot; absent: as asked
 * @param engineOptions switches of the engine, after the agent's own; absent: none
 * @param standby replicas kept loaded on other agents beside the one that is used, 0 to 3; absent:
 *     none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PolicyMessage(
        long epoch,
        long number,
        String continuation,
        @Nullable List<Range> ranges,
        @Nullable Integer minimumHosts,
        @Nullable Integer contextLength,
        @Nullable List<String> engineOptions,
        @Nullable Integer standby) {

    public static PolicyMessage of(long epoch, long number, String continuation) {
        return new PolicyMessage(epoch, number, continuation, null, null, null, null, null);
    }

    /**
     * @param host an agent's id or its name
     * @param last index of the last layer, inclusive; the output goes with the last range
     */
    public record Range(String host, int first, int last) {}
}
