package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.LoadOptions;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Somebody needs a replica.
 *
 * @param contextLength tokens of context a request needs; 0: the default
 * @param keepAliveMillis after the last request; -1 for ever, empty: the agent's default
 * @param distributed true: split over agents; false: on one; empty: as it fits
 * @param loading how its engine is to be started
 * @param avoided replicas that failed the asker just now; as they were then they are no answer
 */
public record Demand(
        String requestId,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        OptionalLong keepAliveMillis,
        Optional<Boolean> distributed,
        LoadOptions loading,
        Set<ReplicaId> avoided) {

    public Demand {
        avoided = Set.copyOf(avoided);
    }
}
