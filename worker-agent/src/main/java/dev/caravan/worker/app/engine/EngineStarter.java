package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Starts what is wanted by what is in the store: an engine of our own, or a model in an adopted
 * one.
 *
 * @param defaultSlots of an engine that is wanted with 0
 */
record EngineStarter(
        Engines engines, Optional<AdoptedEngine> adopted, ModelStore store, int defaultSlots) {

    /** How many requests an adopted engine runs at once is not the scheduler's to say. */
    WantedEngine sized(WantedEngine wanted) {
        Optional<AdoptedEngine> runner =
                store.find(wanted.digest())
                        .filter(model -> model.engine() == ModelRunner.OLLAMA)
                        .flatMap(_ -> adopted);
        if (runner.isPresent()) {
            return wanted.withSlots(runner.get().status().slots());
        }
        return wanted.slots() == 0 ? wanted.withSlots(defaultSlots) : wanted;
    }

    /**
     * @throws CaravanException {@code LOAD_FAILED} where it cannot be started here
     */
    RunningEngine start(WantedEngine wanted) {
        StoredModel model =
                store.find(wanted.digest())
                        .orElseThrow(
                                () ->
                                        LoadFailures.of(
                                                "model %s, digest %s: not in this agent's store"
                                                        + " (expected: a model it reports)",
                                                wanted.model(), wanted.digest()));
        return switch (model.engine()) {
            case LLAMA_CPP -> engines.start(spec(wanted, model));
            case OLLAMA ->
                    adopted.orElseThrow(
                                    () ->
                                            LoadFailures.of(
                                                    "model %s: no Ollama is used here (expected: caravan.worker.ollama.url or caravan.worker.ollama.command)",
                                                    wanted.model()))
                            .load(wanted, model);
        };
    }

    private static EngineSpec spec(WantedEngine wanted, StoredModel model) {
        model.fault()
                .ifPresent(
                        fault -> {
                            throw LoadFailures.of("model %s: %s", wanted.model(), fault);
                        });
        Path weights =
                model.weights()
                        .orElseThrow(
                                () ->
                                        LoadFailures.of(
                                                "model %s: its manifest names no GGUF file",
                                                wanted.model()));
        model.facts().ifPresent(facts -> EngineChecks.requireAllLayers(wanted, facts));
        return new EngineSpec(
                wanted.id(),
                wanted.model().display(),
                model,
                weights,
                wanted.contextLength(),
                wanted.slots(),
                wanted.continuation(),
                wanted.stages(),
                Optional.empty(),
                EngineChecks.options(wanted).switches(),
                EngineChecks.loading(wanted, model));
    }
}
