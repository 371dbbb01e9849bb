package dev.caravan.registry.api;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.registry.app.AgentHoldings;
import dev.caravan.registry.app.CatalogueEntry;
import dev.caravan.registry.app.Holding;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between what crosses the wire and what the catalogue works on. */
public final class CatalogueShapes {

    private CatalogueShapes() {}

    public static AgentHoldings<AgentReport.Model> holdings(AgentReport report, boolean up) {
        return new AgentHoldings<>(
                new AgentId(report.agentId()),
                report.startedAt(),
                report.sequence(),
                up,
                report.models().stream()
                        .map(
                                model ->
                                        new Holding<>(
                                                model.name(),
                                                model.digest(),
                                                model.modifiedAt(),
                                                model))
                        .toList());
    }

    public static CatalogueMessage.Model model(CatalogueEntry<AgentReport.Model> entry) {
        AgentReport.Model newest = entry.newest().about();
        return new CatalogueMessage.Model(
                newest.name(),
                newest.digest(),
                newest.size(),
                newest.modifiedAt(),
                newest.details(),
                newest.capabilities(),
                newest.facts(),
                newest.policy(),
                entry.holders().stream().map(AgentId::value).toList(),
                entry.conflict(),
                fault(newest, entry.conflict()));
    }

    /** One name that means several models is a fault of each, since nobody knows which is meant. */
    private static @Nullable String fault(AgentReport.Model model, List<String> others) {
        return model.fault() != null || others.isEmpty()
                ? model.fault()
                : "%s has other digests on other nodes: %s (expected: one; pull, copy or delete it)"
                        .formatted(model.name(), String.join(", ", others));
    }
}
