package dev.caravan.scheduler.adapter.micrometer;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.scheduler.app.Census;
import dev.caravan.scheduler.app.LeftOut;
import dev.caravan.testkit.MetricsPage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchedulerMetersTest {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SchedulerMeters meters = new SchedulerMeters(registry);

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        meters.time(() -> {});
        meters.show(
                new Census(
                        Map.of("demo:latest", Map.of(Census.Kind.READY, 1)),
                        Map.of(new AgentId("a"), new LeftOut(1, "crashes"))));

        MetricsPage.read()
                .assertTellsOf(
                        "scheduler",
                        Stream.of(SchedulerMetric.values()).map(SchedulerMetric::id).toList(),
                        registry.scrape());
    }
}
