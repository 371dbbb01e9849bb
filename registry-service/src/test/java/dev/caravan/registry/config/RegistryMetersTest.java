package dev.caravan.registry.config;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.registry.app.AgentHoldings;
import dev.caravan.registry.app.Catalogue;
import dev.caravan.testkit.MetricsPage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RegistryMetersTest {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Catalogue<String> catalogue = new Catalogue<>();
    private final RegistryMeters meters = new RegistryMeters(registry, catalogue);

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        catalogue.offer(new AgentHoldings<>(new AgentId("a"), 1, 1, true, List.of()));

        meters.refresh();

        MetricsPage.read()
                .assertTellsOf(
                        "registry",
                        Stream.of(RegistryMetric.values()).map(RegistryMetric::id).toList(),
                        registry.scrape());
    }
}
