package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import java.util.Optional;

/**
 * Somebody wants to know what a load would do.
 *
 * @param digest empty: what the name stands for
 * @param contextLength tokens of context of each slot; 0: the default
 * @param ranges instead of the policy's; empty: as the policy says
 */
public record PlanQuery(
        ModelRef model,
        Optional<ModelDigest> digest,
        int contextLength,
        Optional<Boolean> distributed,
        List<ModelPolicy.Range> ranges) {

    public PlanQuery {
        ranges = List.copyOf(ranges);
        if (contextLength < 0) {
            throw new IllegalArgumentException(
                    "contextLength: " + contextLength + " (expected: >= 0)");
        }
    }
}
