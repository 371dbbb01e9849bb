package dev.caravan.registry.config;

import dev.caravan.registry.app.Catalogue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;

/** Fills the registry's meters. */
final class RegistryMeters {

    private final Catalogue<?> catalogue;
    private final MultiGauge nodesUp;

    RegistryMeters(MeterRegistry meters, Catalogue<?> catalogue) {
        this.catalogue = catalogue;
        this.nodesUp =
                MultiGauge.builder(RegistryMetric.NODE_UP.id())
                        .description(RegistryMetric.NODE_UP.description())
                        .register(meters);
    }

    /** Shows the agents that the catalogue knows now. */
    void refresh() {
        var rows = new ArrayList<MultiGauge.Row<?>>();
        catalogue
                .agents()
                .forEach(
                        (agent, up) ->
                                rows.add(
                                        MultiGauge.Row.of(
                                                Tags.of(
                                                        "node",
                                                        agent.value(),
                                                        "zone",
                                                        "default",
                                                        "profile",
                                                        "default"),
                                                up ? 1 : 0)));
        nodesUp.register(rows, true);
    }
}
