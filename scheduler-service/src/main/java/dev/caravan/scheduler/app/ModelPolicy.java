package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.placement.LayerSpan;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was decided for a model; the higher version holds.
 *
 * @param version its epoch is 0 as long as nobody has put one
 * @param ranges forced, from layer 0 to the last; empty: planned
 * @param minimumHosts agents the model is split over at least
 * @param contextLength tokens of context of each slot, at least
 * @param engineOptions switches of the engine, after the agent's own
 * @param standby replicas kept loaded on other agents beside the one that is used
 */
public record ModelPolicy(
        Version version,
        Continuation continuation,
        List<Range> ranges,
        OptionalInt minimumHosts,
        OptionalInt contextLength,
        List<String> engineOptions,
        OptionalInt standby) {

    public static final ModelPolicy NONE = of(Continuation.FLUENT);

    public ModelPolicy {
        ranges = List.copyOf(ranges);
        engineOptions = List.copyOf(engineOptions);
    }

    /**
     * @param host names one agent; see {@link AgentNames}
     * @param span of repeating layers alone
     */
    public record Range(String host, LayerSpan span) {

        private static final Pattern TEXT = Pattern.compile("(.+)=(\\d{1,6})-(\\d{1,6})");

        /**
         * @param text {@code HOST=FIRST-LAST}, the last layer inclusive
         */
        public static Range parse(String text) {
            Matcher parts = TEXT.matcher(text.strip());
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "range: \"%s\" (expected: HOST=FIRST-LAST, as in agent=0-11)"
                                .formatted(text));
            }
            int first = Integer.parseInt(parts.group(2));
            int last = Integer.parseInt(parts.group(3));
            if (last < first) {
                throw new IllegalArgumentException(
                        "range: \"%s\" (expected: first <= last)".formatted(text));
            }
            return new Range(parts.group(1), new LayerSpan(first, last + 1));
        }
    }

    /** A policy that nobody has put. */
    public static ModelPolicy of(Continuation continuation) {
        return new ModelPolicy(
                Version.NONE,
                continuation,
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                OptionalInt.empty());
    }

    ModelPolicy with(Version other) {
        return new ModelPolicy(
                other, continuation, ranges, minimumHosts, contextLength, engineOptions, standby);
    }

    ModelPolicy with(List<Range> other) {
        return new ModelPolicy(
                version, continuation, other, minimumHosts, contextLength, engineOptions, standby);
    }
}
