package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.RunRequest;
import java.util.Optional;
import java.util.Set;

/**
 * A replica that somebody needs.
 *
 * @param requestId of the request that asked first
 * @param contextLength tokens of context one slot must have
 * @param distributed true: split over agents; false: on one; empty: as it fits
 * @param loading how its engine is to be started
 * @param avoided replicas that failed the request and are not to be the answer
 */
public record LoadWish(
        String requestId,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        KeepAlive keepAlive,
        Optional<Boolean> distributed,
        LoadOptions loading,
        Set<ReplicaId> avoided) {

    public LoadWish {
        avoided = Set.copyOf(avoided);
    }

    /** The same wish, with a keep-alive where it has none. */
    LoadWish orElse(KeepAlive preset) {
        return keepAlive instanceof KeepAlive.Unset
                ? new LoadWish(
                        requestId,
                        model,
                        digest,
                        contextLength,
                        preset,
                        distributed,
                        loading,
                        avoided)
                : this;
    }

    static LoadWish of(RunRequest request, Set<ReplicaId> avoided) {
        return new LoadWish(
                request.id(),
                request.model(),
                request.digest(),
                request.contextLength(),
                request.keepAlive(),
                request.distributed(),
                request.loading(),
                avoided);
    }
}
