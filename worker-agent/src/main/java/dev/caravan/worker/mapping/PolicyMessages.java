package dev.caravan.worker.mapping;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.EngineOptions;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.worker.app.store.ModelPolicy;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A model's policy as it is told to others and kept on disk. */
public final class PolicyMessages {

    private PolicyMessages() {}

    public static PolicyMessage of(ModelPolicy policy) {
        return new PolicyMessage(
                policy.version().epoch(),
                policy.version().number(),
                policy.continuation().label(),
                orAbsent(
                        policy.ranges().stream()
                                .map(
                                        range ->
                                                new PolicyMessage.Range(
                                                        range.host(), range.first(), range.last()))
                                .toList()),
                orAbsent(policy.minimumHosts()),
                orAbsent(policy.contextLength()),
                orAbsent(policy.engineOptions().switches()),
                orAbsent(policy.standby()));
    }

    private static <T> @Nullable List<T> orAbsent(List<T> list) {
        return list.isEmpty() ? null : list;
    }

    private static @Nullable Integer orAbsent(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }

    /**
     * @throws IllegalArgumentException where it is none; names the value and what was expected
     */
    public static ModelPolicy policy(PolicyMessage message) {
        return new ModelPolicy(
                new Version(message.epoch(), message.number()),
                Continuation.parse(String.valueOf(message.continuation())),
                orNone(message.ranges()).stream()
                        .map(
                                range ->
                                        new ModelPolicy.Range(
                                                String.valueOf(range.host()),
                                                range.first(),
                                                range.last()))
                        .toList(),
                number(message.minimumHosts()),
                number(message.contextLength()),
                new EngineOptions(orNone(message.engineOptions())),
                number(message.standby()));
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }

    private static OptionalInt number(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
