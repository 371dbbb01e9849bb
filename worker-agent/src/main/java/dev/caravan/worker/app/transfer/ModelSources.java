package dev.caravan.worker.app.transfer;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.net.URI;
import java.util.List;

/** Finds where models come from. */
public final class ModelSources {

    private final Registries registries;
    private final Peers peers;

    /** The registries that models' names say. */
    @FunctionalInterface
    public interface Registries {

        /**
         * @param insecure over plain HTTP
         * @throws dev.caravan.core.fault.CaravanException {@code FORBIDDEN} where the operator
         *     wants nothing from that registry
         */
        ModelSource of(ModelRef name, boolean insecure);
    }

    /** Other agents. */
    @FunctionalInterface
    public interface Peers {

        /**
         * @param holders addresses, at least one; the next is asked where one fails
         */
        ModelSource of(ModelDigest digest, List<URI> holders);
    }

    public ModelSources(Registries registries, Peers peers) {
        this.registries = registries;
        this.peers = peers;
    }

    ModelSource registry(ModelRef name, boolean insecure) {
        return registries.of(name, insecure);
    }

    ModelSource peers(ModelDigest digest, List<URI> holders) {
        return peers.of(digest, holders);
    }
}
