package dev.caravan.scheduler.app;

import dev.caravan.core.model.Continuation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What the configuration says of a model; holds as long as nobody has put a policy. */
public record PolicyDefaults(
        Optional<Continuation> continuation,
        List<ModelPolicy.Range> ranges,
        OptionalInt minimumHosts,
        OptionalInt contextLength,
        List<String> engineOptions,
        OptionalInt standby) {

    public PolicyDefaults {
        ranges = List.copyOf(ranges);
        engineOptions = List.copyOf(engineOptions);
    }

    /**
     * @param continuation blank: not set
     * @param ranges {@code HOST=FIRST-LAST} each
     * @param minimumHosts 0: not set
     * @param contextLength 0: not set
     * @param standby 0: none
     * @throws IllegalArgumentException naming the first value that is out of its range
     */
    public static PolicyDefaults checked(
            String continuation,
            List<String> ranges,
            int minimumHosts,
            int contextLength,
            List<String> engineOptions,
            int standby) {
        EngineOptions.check(engineOptions);
        List<ModelPolicy.Range> parsed = ranges.stream().map(ModelPolicy.Range::parse).toList();
        int next = 0;
        for (ModelPolicy.Range range : parsed) {
            if (range.span().start() != next) {
                throw new IllegalArgumentException(
                        "ranges: %s begins at layer %d (expected: %d)"
                                .formatted(range.host(), range.span().start(), next));
            }
            next = range.span().end();
        }
        return new PolicyDefaults(
                continuation.isBlank()
                        ? Optional.empty()
                        : Optional.of(Continuation.parse(continuation)),
                parsed,
                positive("minimum-hosts", minimumHosts, PolicyDesk.MOST_AGENTS),
                positive("context-length", contextLength, Integer.MAX_VALUE),
                engineOptions,
                positive("standby", standby, PolicyDesk.MOST_STANDBY));
    }

    private static OptionalInt positive(String name, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: 1 to %d, or 0 for none)".formatted(name, value, most));
        }
        return value == 0 ? OptionalInt.empty() : OptionalInt.of(value);
    }

    /** What is configured stands before what a file says that nobody has put. */
    ModelPolicy over(ModelPolicy policy) {
        return new ModelPolicy(
                policy.version(),
                continuation.orElse(policy.continuation()),
                ranges.isEmpty() ? policy.ranges() : ranges,
                minimumHosts.isPresent() ? minimumHosts : policy.minimumHosts(),
                contextLength.isPresent() ? contextLength : policy.contextLength(),
                engineOptions.isEmpty() ? policy.engineOptions() : engineOptions,
                standby.isPresent() ? standby : policy.standby());
    }
}
