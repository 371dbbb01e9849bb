package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Flux;

/** Takes models in from the registries that their names say. */
public interface ModelPuller {

    /**
     * Ends well with "success" as the last step, and only then is the model there. Many may wait
     * for the same bytes; they come once, and stop coming when the last one has left. What came is
     * kept and the next pull goes on from it.
     *
     * @param insecure over plain HTTP
     */
    Flux<Progress> pull(ModelRef name, boolean insecure);
}
