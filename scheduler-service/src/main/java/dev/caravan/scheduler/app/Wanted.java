package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.Map;
import java.util.Optional;

/**
 * A replica that looks for a place.
 *
 * @param contextLength tokens of context of each slot
 * @param distributed true: split over agents; false: on one; empty: as it fits
 * @param policy of the model
 * @param lost agents that cannot be had for it, with the reason
 */
record Wanted(
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        Optional<Boolean> distributed,
        ModelPolicy policy,
        Map<AgentId, String> lost) {

    Wanted {
        lost = Map.copyOf(lost);
    }
}
