package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import java.util.Optional;
import java.util.Set;

/**
 * A model on an agent's disk.
 *
 * @param modifiedAt milliseconds since 1970
 * @param facts empty where the file could not be read; {@code fault} then says why
 */
public record StoredModel(
        ModelRef name,
        ModelDigest digest,
        long modifiedAt,
        Optional<ModelFacts> facts,
        ModelPolicy policy,
        Set<String> capabilities,
        String fault) {

    public StoredModel {
        capabilities = Set.copyOf(capabilities);
    }
}
