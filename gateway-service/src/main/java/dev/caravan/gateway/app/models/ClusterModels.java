package dev.caravan.gateway.app.models;

import reactor.core.publisher.Mono;

/** All models of the cluster with their replicas and what holds which layers, as JSON. */
public interface ClusterModels {

    /** A {@code NO_CAPACITY} where the catalogue is not known. */
    Mono<byte[]> json();
}
