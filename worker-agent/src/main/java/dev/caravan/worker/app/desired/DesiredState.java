package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.engine.WantedEngine;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All engines that should run.
 *
 * @param ended those among them that have ended by themselves and are not started again
 */
public record DesiredState(Version version, List<WantedEngine> engines, Set<ReplicaId> ended) {

    public static final DesiredState NONE = new DesiredState(Version.NONE, List.of(), Set.of());

    public DesiredState {
        engines = List.copyOf(engines);
        ended = Set.copyOf(ended);
        Set<ReplicaId> ids = engines.stream().map(WantedEngine::id).collect(Collectors.toSet());
        if (ids.size() != engines.size()) {
            throw new IllegalArgumentException(
                    "engines: %s (expected: each replica id once)"
                            .formatted(engines.stream().map(WantedEngine::id).toList()));
        }
    }

    /** What a newer wish makes of this state; it still knows which of its engines have ended. */
    DesiredState follow(Version next, List<WantedEngine> wanted) {
        Set<ReplicaId> still = new HashSet<>(ended);
        still.retainAll(wanted.stream().map(WantedEngine::id).toList());
        return new DesiredState(next, wanted, still);
    }

    DesiredState withEnded(ReplicaId id) {
        Set<ReplicaId> more = new HashSet<>(ended);
        more.add(id);
        return new DesiredState(version, engines, more);
    }

    boolean wants(ReplicaId id) {
        return engines.stream().anyMatch(engine -> engine.id().equals(id));
    }
}
