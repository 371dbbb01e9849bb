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
        List<String> engineOptions) {

    public PolicyDefaults {
        ranges = List.copyOf(ranges);
        engineOptions = List.copyOf(engineOptions);
    }

    /** What is configured stands before what a file says that nobody has put. */
    ModelPolicy over(ModelPolicy policy) {
        return new ModelPolicy(
                policy.version(),
                continuation.orElse(policy.continuation()),
                ranges.isEmpty() ? policy.ranges() : ranges,
                minimumHosts.isPresent() ? minimumHosts : policy.minimumHosts(),
                contextLength.isPresent() ? contextLength : policy.contextLength(),
                engineOptions.isEmpty() ? policy.engineOptions() : engineOptions);
    }
}
