package dev.caravan.worker.app.transfer;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import reactor.core.publisher.Mono;

/** Takes models into the store: blobs first, the manifest that names them last. */
public interface Intake {

    /**
     * Reads a manifest and keeps its blobs from being removed until the arrival is released.
     *
     * @return an {@code INVALID_REQUEST} where it is no manifest or names what no engine here can
     *     run, a {@code NO_CAPACITY} where the disk has no room for what is missing
     */
    Mono<Arrival> begin(ModelRef name, byte[] manifest);

    /** A model that is on its way in. */
    interface Arrival {

        /** SHA-256 of the manifest's bytes. */
        ModelDigest digest();

        /** Each blob once, in the manifest's order, the config last. */
        List<Blob> blobs();

        /** Those that were not in the store when it began. */
        boolean isMissing(Blob blob);

        /**
         * Looks into the weights; where they are unsound, what came with this model is removed.
         *
         * @return an {@code INVALID_REQUEST} that names the fault
         */
        Mono<Void> check();

        /**
         * Writes the manifest, in one step; from then on the model is there.
         *
         * @return whether blobs that only the earlier model of that name used were removed
         */
        Mono<Boolean> publish();

        Mono<Void> release();
    }
}
