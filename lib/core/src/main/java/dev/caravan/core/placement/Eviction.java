package dev.caravan.core.placement;

import dev.caravan.core.cluster.ReplicaId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Finds which idle replicas have to go for something to fit. */
final class Eviction {

    private Eviction() {}

    /**
     * @param evict in the order of the idle ones
     */
    record Found<T>(T plan, List<ReplicaId> evict) {
        Found {
            evict = List.copyOf(evict);
        }
    }

    /**
     * Gives up one replica after the other until the attempt succeeds.
     *
     * @param idle in the order in which they are given up
     * @param attempt a plan as if these replicas were gone; empty where there is none
     */
    static <T> Optional<Found<T>> least(
            List<ReplicaId> idle, Function<Set<ReplicaId>, Optional<T>> attempt) {
        Set<ReplicaId> gone = new LinkedHashSet<>();
        Optional<T> plan = attempt.apply(gone);
        for (ReplicaId replica : idle) {
            if (plan.isEmpty()) {
                gone.add(replica);
                plan = attempt.apply(gone);
            }
        }
        return plan.map(found -> withoutNeedless(found, List.copyOf(gone), attempt));
    }

    /** What was taken early may have become needless; the most recently used stays first. */
    private static <T> Found<T> withoutNeedless(
            T plan, List<ReplicaId> evict, Function<Set<ReplicaId>, Optional<T>> attempt) {
        Set<ReplicaId> gone = new LinkedHashSet<>(evict);
        T best = plan;
        for (ReplicaId replica : evict.reversed()) {
            gone.remove(replica);
            Optional<T> without = attempt.apply(gone);
            if (without.isPresent()) {
                best = without.get();
            } else {
                gone.add(replica);
            }
        }
        return new Found<>(best, evict.stream().filter(gone::contains).toList());
    }
}
