package dev.caravan.gateway.app.models;

import java.util.List;
import reactor.core.publisher.Mono;

/** All models on all disks. */
public interface Catalogue {

    /**
     * The models, newest first; the last ones known where nobody can be asked. A {@code
     * NO_CAPACITY} where nothing was ever known.
     */
    Mono<List<CataloguedModel>> models();
}
