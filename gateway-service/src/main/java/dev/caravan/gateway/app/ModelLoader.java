package dev.caravan.gateway.app;

import dev.caravan.core.model.ModelDigest;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Gets models into memory and out of it again. */
public interface ModelLoader {

    /**
     * A ready replica. Errors are {@code NO_CAPACITY} (nothing can take the model, or whoever
     * decides is away), {@code LOAD_FAILED} (its engine did not start) and {@code MODEL_NOT_FOUND}.
     *
     * @param patience after which a load that is still pending is given up with NO_CAPACITY
     */
    Mono<Loaded> load(LoadWish wish, Duration patience);

    /** Ends all replicas of a model once their requests are done; does not wait for that. */
    Mono<Void> unload(String requestId, ModelDigest digest);
}
