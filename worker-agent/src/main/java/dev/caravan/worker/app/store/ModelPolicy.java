package dev.caravan.worker.app.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.EngineOptions;
import java.util.List;
import java.util.OptionalInt;

/**
 * What was decided for a model; the higher version holds.
 *
 * @param ranges forced layer ranges, from layer 0 on without a gap; none: planned
 * @param minimumHosts hosts it is split over at least
 * @param contextLength tokens of context of each slot
 * @param standby replicas kept loaded on other agents; the scheduler's affair, 0 or more
 */
public record ModelPolicy(
        Version version,
        Continuation continuation,
        List<Range> ranges,
        OptionalInt minimumHosts,
        OptionalInt contextLength,
        EngineOptions engineOptions,
        OptionalInt standby) {

    public static final ModelPolicy DEFAULT = new ModelPolicy(Version.NONE, Continuation.FLUENT);

    public ModelPolicy {
        ranges = List.copyOf(ranges);
        int next = 0;
        for (Range range : ranges) {
            if (range.first() != next || range.last() < range.first()) {
                throw new IllegalArgumentException(
                        "ranges: %s=%d-%d (expected: %d-%d or more, since ranges follow each other from layer 0 on)"
                                .formatted(range.host(), range.first(), range.last(), next, next));
            }
            next = range.last() + 1;
        }
        requirePositive("minimumHosts", minimumHosts);
        requirePositive("contextLength", contextLength);
        if (standby.isPresent() && standby.getAsInt() < 0) {
            throw new IllegalArgumentException(
                    "standby: %d (expected: >= 0)".formatted(standby.getAsInt()));
        }
        engineOptions.requireFor(continuation);
    }

    public ModelPolicy(Version version, Continuation continuation) {
        this(
                version,
                continuation,
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                EngineOptions.NONE,
                OptionalInt.empty());
    }

    private static void requirePositive(String name, OptionalInt value) {
        if (value.isPresent() && value.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: >= 1)".formatted(name, value.getAsInt()));
        }
    }

    /**
     * @param host an agent's id or its name
     * @param last index of the last layer, inclusive
     */
    public record Range(String host, int first, int last) {
        public Range {
            if (host.isBlank()) {
                throw new IllegalArgumentException(
                        "host of layers %d-%d: blank (expected: an agent's id or its name)"
                                .formatted(first, last));
            }
        }
    }
}
