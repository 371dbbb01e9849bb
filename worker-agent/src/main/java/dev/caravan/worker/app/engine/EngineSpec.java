package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an engine is started with.
 *
 * @param alias the model's name as the engine shows it
 * @param model its file, and the texts and parameters that go with it
 * @param weights the model's file
 * @param contextLength tokens of context of each slot
 * @param slots requests it runs at once, at least 1
 * @param stages where its layers are wanted
 * @param split where they are reached; empty: all are with the engine
 * @param options further switches, of the model's policy
 * @param loading wishes about how it computes, the model's own among them
 */
public record EngineSpec(
        ReplicaId id,
        String alias,
        StoredModel model,
        Path weights,
        int contextLength,
        int slots,
        Continuation continuation,
        Stages stages,
        Optional<SplitLayout> split,
        List<String> options,
        LoadOptions loading) {

    public EngineSpec {
        options = List.copyOf(options);
    }

    /** Whether it makes vectors of texts. */
    public boolean embeds() {
        return model.capabilities().contains("embedding");
    }

    /** The same once the processes that hold its layers can be reached. */
    public EngineSpec on(SplitLayout layout) {
        return new EngineSpec(
                id,
                alias,
                model,
                weights,
                contextLength,
                slots,
                continuation,
                stages,
                Optional.of(layout),
                options,
                loading);
    }
}
