package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Mono;

/**
 * Gives names to models and takes them away; a name in any spelling means the one that is there.
 */
public interface ModelNames {

    /**
     * Removes the name, then the blobs that no other name uses and no transfer under way needs.
     *
     * @return a {@code MODEL_NOT_FOUND} where nothing goes by that name
     */
    Mono<Void> remove(ModelRef name);

    /**
     * Lets {@code destination} mean what {@code source} means; what it meant before is lost.
     *
     * @return a {@code MODEL_NOT_FOUND} where nothing goes by the source's name
     */
    Mono<Void> copy(ModelRef source, ModelRef destination);
}
