package dev.caravan.core.routing;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import java.util.HashSet;
import java.util.Set;

/**
 * What routing needs to know of a request.
 *
 * @param contextLength tokens of context it needs; only replicas that have as much can answer it
 * @param avoided replicas that have failed it already, or others too often
 */
public record RouteRequest(ModelDigest digest, int contextLength, Set<ReplicaId> avoided) {

    public RouteRequest {
        if (contextLength < 1) {
            throw new IllegalArgumentException(
                    "context length: " + contextLength + " (expected: >= 1)");
        }
        avoided = Set.copyOf(avoided);
    }

    /** The same without these replicas too. */
    public RouteRequest avoiding(Set<ReplicaId> more) {
        if (more.isEmpty()) {
            return this;
        }
        Set<ReplicaId> all = new HashSet<>(avoided);
        all.addAll(more);
        return new RouteRequest(digest, contextLength, all);
    }

    public static RouteRequest of(ModelDigest digest, int contextLength) {
        return new RouteRequest(digest, contextLength, Set.of());
    }
}
