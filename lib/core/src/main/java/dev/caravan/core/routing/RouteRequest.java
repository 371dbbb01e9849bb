package dev.caravan.core.routing;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import java.util.Set;

/**
 * What routing needs to know of a request.
 *
 * @param contextLength tokens of context it needs; only replicas that have as much can answer it
 * @param avoided replicas that have failed it already
 */
public record RouteRequest(ModelDigest digest, int contextLength, Set<ReplicaId> avoided) {

    public RouteRequest {
        if (contextLength < 1) {
            throw new IllegalArgumentException(
                    "context length: " + contextLength + " (expected: >= 1)");
        }
        avoided = Set.copyOf(avoided);
    }

    public static RouteRequest of(ModelDigest digest, int contextLength) {
        return new RouteRequest(digest, contextLength, Set.of());
    }
}
