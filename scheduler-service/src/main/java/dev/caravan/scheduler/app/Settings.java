package dev.caravan.scheduler.app;

import java.time.Duration;
import java.util.Map;

/**
 * What the operator decides.
 *
 * @param slots requests each engine runs at once; 0: each agent's own default
 * @param contextLength tokens of context of a demand that names none
 * @param loadTimeout how long a load may show no progress
 * @param longestWait how long an answer to a demand may be held back
 * @param maxLoadedModels engines of one agent at once; 0: as many as fit
 * @param models policies of models whose policy nobody has put, by {@link
 *     dev.caravan.core.model.ModelRef#key}
 */
public record Settings(
        int slots,
        int contextLength,
        Duration loadTimeout,
        Duration longestWait,
        int maxLoadedModels,
        Map<String, PolicyDefaults> models) {

    public Settings {
        models = Map.copyOf(models);
    }

    /** What an agent does where it is told nothing; memory is planned for as many. */
    private static final int USUAL_SLOTS = 4;

    /** How many slots to count with where an engine is wished for with this many. */
    static int planned(int slots) {
        return slots == 0 ? USUAL_SLOTS : slots;
    }
}
