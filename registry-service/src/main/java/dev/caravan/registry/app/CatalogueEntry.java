package dev.caravan.registry.app;

import dev.caravan.core.cluster.AgentId;
import java.util.List;

/**
 * One model of the cluster.
 *
 * @param newest the copy that was changed last; speaks for all
 * @param holders agents that have it and are up, sorted
 * @param conflict other digests under the same name, sorted; empty when all agree
 */
public record CatalogueEntry<D>(Holding<D> newest, List<AgentId> holders, List<String> conflict) {

    public CatalogueEntry {
        holders = List.copyOf(holders);
        conflict = List.copyOf(conflict);
    }
}
