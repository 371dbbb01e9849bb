package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.placement.LayerSpan;
import java.util.List;
import java.util.OptionalInt;

/**
 * What was decided for a model; the higher version holds.
 *
 * @param version its epoch is 0 as long as nobody has put one
 * @param ranges forced, from layer 0 to the last; empty: planned
 * @param minimumHosts agents the model is split over at least
 * @param contextLength tokens of context of each slot, at least
 * @param engineOptions switches of the engine, after the agent's own
 */
public record ModelPolicy(
        Version version,
        Continuation continuation,
        List<Range> ranges,
        OptionalInt minimumHosts,
        OptionalInt contextLength,
        List<String> engineOptions) {

    public static final ModelPolicy NONE = of(Continuation.FLUENT);

    public ModelPolicy {
        ranges = List.copyOf(ranges);
        engineOptions = List.copyOf(engineOptions);
    }

    /**
     * @param host names one agent; see {@link AgentNames}
     * @param span of repeating layers alone
     */
    public record Range(String host, LayerSpan span) {}

    /** A policy that nobody has put. */
    public static ModelPolicy of(Continuation continuation) {
        return new ModelPolicy(
                Version.NONE,
                continuation,
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of());
    }

    ModelPolicy with(Version other) {
        return new ModelPolicy(
                other, continuation, ranges, minimumHosts, contextLength, engineOptions);
    }

    ModelPolicy with(List<Range> other) {
        return new ModelPolicy(
                version, continuation, other, minimumHosts, contextLength, engineOptions);
    }
}
