package dev.caravan.worker.app.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Mono;

/** Keeps what was decided for the models of this host. */
public interface PolicyKeeper {

    /** Keeps a policy beside its model where it is newer than the one that is there. */
    Mono<Outcome> keep(ModelRef name, ModelPolicy policy);

    /** What came of it. */
    sealed interface Outcome {
        /** It holds now; also where it did already. */
        record Kept() implements Outcome {}

        /** A newer one, or another of the same version, is there. */
        record Older(Version held) implements Outcome {}

        record NoSuchModel() implements Outcome {}
    }
}
