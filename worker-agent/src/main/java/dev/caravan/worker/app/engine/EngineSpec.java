package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import java.nio.file.Path;

/**
 * What an engine is started with.
 *
 * @param alias the model's name as the engine shows it
 * @param weights the model's file
 * @param templated whether the model has a chat template
 * @param contextLength tokens of context of each slot
 * @param slots requests it runs at once, at least 1
 */
public record EngineSpec(
        ReplicaId id,
        String alias,
        Path weights,
        boolean templated,
        int contextLength,
        int slots,
        Continuation continuation) {}
