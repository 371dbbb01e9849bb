package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import java.util.Optional;
import java.util.Set;

/**
 * A model on an agent's disk, or in an engine that the agent has adopted.
 *
 * @param modifiedAt milliseconds since 1970
 * @param facts empty where the file could not be read; {@code fault} then says why
 * @param runner the only kind of engine that can run it there
 */
public record StoredModel(
        ModelRef name,
        ModelDigest digest,
        long modifiedAt,
        Optional<ModelFacts> facts,
        ModelPolicy policy,
        Set<String> capabilities,
        String fault,
        ModelRunner runner) {

    /** A model of an agent's own store. */
    public StoredModel(
            ModelRef name,
            ModelDigest digest,
            long modifiedAt,
            Optional<ModelFacts> facts,
            ModelPolicy policy,
            Set<String> capabilities,
            String fault) {
        this(name, digest, modifiedAt, facts, policy, capabilities, fault, ModelRunner.LLAMA_CPP);
    }

    public StoredModel {
        capabilities = Set.copyOf(capabilities);
    }
}
