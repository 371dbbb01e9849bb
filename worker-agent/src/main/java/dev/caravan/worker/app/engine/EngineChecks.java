package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.EngineOptions;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OptionValues;
import dev.caravan.worker.app.store.StoredModel;

/** What only shows when an engine is about to be started: it fails that engine and no other. */
final class EngineChecks {

    private EngineChecks() {}

    static EngineOptions options(WantedEngine wanted) {
        try {
            EngineOptions options = new EngineOptions(wanted.options());
            options.requireFor(wanted.continuation());
            if (!wanted.stages().isEmpty()) {
                options.requireForASplit();
            }
            return options;
        } catch (IllegalArgumentException unfit) {
            throw LoadFailures.of(
                    "model %s: %s", wanted.model(), String.valueOf(unfit.getMessage()));
        }
    }

    /** The model's own parameters follow the wishes; those that cannot be read fail requests. */
    static LoadOptions loading(WantedEngine wanted, StoredModel model) {
        try {
            return wanted.loading().orElse(new OptionValues(model.params()).loading());
        } catch (CaravanException unreadable) {
            return wanted.loading();
        }
    }

    static void requireAllLayers(WantedEngine wanted, ModelFacts facts) {
        int all = facts.layers() + 1;
        if (!wanted.stages().isEmpty() && wanted.stages().layers() != all) {
            throw LoadFailures.of(
                    "model %s: its stages have %d layers (expected: %d, its %d and the output)",
                    wanted.model(), wanted.stages().layers(), all, facts.layers());
        }
    }
}
