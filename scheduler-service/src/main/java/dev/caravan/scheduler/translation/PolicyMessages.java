package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.scheduler.app.ModelPolicy;
import dev.caravan.wire.PolicyMessage;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Between the two forms of a model's policy. */
public final class PolicyMessages {

    private PolicyMessages() {}

    /**
     * @throws IllegalArgumentException naming the first value that is out of its range
     */
    public static ModelPolicy policy(PolicyMessage message) {
        List<PolicyMessage.Range> ranges = Objects.requireNonNullElse(message.ranges(), List.of());
        return new ModelPolicy(
                new Version(message.epoch(), message.number()),
                Continuation.parse(message.continuation()),
                ranges.stream().map(PolicyMessages::range).toList(),
                optional(message.minimumHosts()),
                optional(message.contextLength()),
                Objects.requireNonNullElse(message.engineOptions(), List.of()),
                optional(message.standby()));
    }

    private static ModelPolicy.Range range(PolicyMessage.Range range) {
        if (range.host() == null || range.host().isBlank()) {
            throw new IllegalArgumentException(
                    "ranges: %d-%d has no host (expected: what names an agent)"
                            .formatted(range.first(), range.last()));
        }
        if (range.first() < 0 || range.last() < range.first()) {
            throw new IllegalArgumentException(
                    "ranges: %s=%d-%d (expected: 0 <= first <= last)"
                            .formatted(range.host(), range.first(), range.last()));
        }
        return new ModelPolicy.Range(range.host(), new LayerSpan(range.first(), range.last() + 1));
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    public static PolicyMessage message(ModelPolicy policy) {
        return new PolicyMessage(
                policy.version().epoch(),
                policy.version().number(),
                policy.continuation().label(),
                policy.ranges().isEmpty()
                        ? null
                        : policy.ranges().stream().map(PolicyMessages::range).toList(),
                nullable(policy.minimumHosts()),
                nullable(policy.contextLength()),
                policy.engineOptions().isEmpty() ? null : policy.engineOptions(),
                nullable(policy.standby()));
    }

    private static PolicyMessage.Range range(ModelPolicy.Range range) {
        return new PolicyMessage.Range(range.host(), range.span().start(), range.span().end() - 1);
    }

    private static @Nullable Integer nullable(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }
}
