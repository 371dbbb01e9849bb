package dev.caravan.worker.app.transfer;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where a model goes to. */
public interface ModelTarget {

    Mono<Boolean> holds(Blob blob);

    /** Bytes that are there, again and again until all are. */
    Flux<Long> send(OutgoingModel.Layer layer);

    /** Makes the model known there, by the bytes of its manifest. */
    Mono<Void> publish(byte[] manifest);

    /** Finds the registry that a model's name says. */
    @FunctionalInterface
    interface Registries {

        /**
         * @param insecure over plain HTTP
         * @throws dev.caravan.core.fault.CaravanException {@code FORBIDDEN} where the operator
         *     wants nothing to go to that registry
         */
        ModelTarget target(dev.caravan.core.model.ModelRef name, boolean insecure);
    }
}
