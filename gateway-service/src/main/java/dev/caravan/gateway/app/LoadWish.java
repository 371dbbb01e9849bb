package dev.caravan.gateway.app;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.RunRequest;
import java.util.Optional;

/**
 * A replica that somebody needs.
 *
 * @param requestId of the request that asked first
 * @param contextLength tokens of context one slot must have
 * @param distributed true: split over agents; false: on one; empty: as it fits
 * @param loading how its engine is to be started
 */
public record LoadWish(
        String requestId,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        KeepAlive keepAlive,
        Optional<Boolean> distributed,
        LoadOptions loading) {

    /** The same wish, with a keep-alive where it has none. */
    LoadWish orElse(KeepAlive preset) {
        return keepAlive instanceof KeepAlive.Unset
                ? new LoadWish(
                        requestId, model, digest, contextLength, preset, distributed, loading)
                : this;
    }

    static LoadWish of(RunRequest request) {
        return new LoadWish(
                request.id(),
                request.model(),
                request.digest(),
                request.contextLength(),
                request.keepAlive(),
                request.distributed(),
                request.loading());
    }
}
