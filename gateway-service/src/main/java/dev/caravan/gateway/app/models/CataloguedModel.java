package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A model on some disk of the cluster.
 *
 * @param size bytes of all layers
 * @param holders agents with the whole model
 * @param fault why its file cannot be used
 */
public record CataloguedModel(
        ModelRef name,
        ModelDigest digest,
        long size,
        Instant modifiedAt,
        ModelDescription description,
        List<String> capabilities,
        Continuation continuation,
        List<AgentId> holders,
        Optional<String> fault) {

    public CataloguedModel {
        capabilities = List.copyOf(capabilities);
        holders = List.copyOf(holders);
    }
}
