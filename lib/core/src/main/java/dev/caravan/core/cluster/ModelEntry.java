package dev.caravan.core.cluster;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import java.util.Set;

/**
 * A model that some agent holds on its disk.
 *
 * @param holders agents with the whole file, sorted
 * @param capabilities Ollama's words: completion, embedding, tools, ...
 */
public record ModelEntry(
        ModelRef name,
        ModelDigest digest,
        ModelFacts facts,
        Continuation continuation,
        Set<String> capabilities,
        List<AgentId> holders) {

    public ModelEntry {
        capabilities = Set.copyOf(capabilities);
        holders = List.copyOf(holders);
    }
}
