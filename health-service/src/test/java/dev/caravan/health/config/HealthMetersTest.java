package dev.caravan.health.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.health.api.HealthShapes;
import dev.caravan.health.app.Membership;
import dev.caravan.testkit.ManualClock;
import dev.caravan.testkit.MetricsPage;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.VersionMessage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HealthMetersTest {

    private static final AgentReport REPORT =
            new AgentReport(
                    "a",
                    "host",
                    "http://127.0.0.1:9",
                    "test",
                    1,
                    1,
                    null,
                    "none found",
                    2,
                    new AgentReport.Memory(1, 1, 1, 0),
                    new AgentReport.Store(1, 1),
                    new VersionMessage(0, 0),
                    List.of(),
                    null,
                    List.of());

    private final ManualClock clock = ManualClock.anytime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Membership<AgentReport> membership = new Membership<>();

    @Test
    void aGaugeStaysAndReadsOnWhileItsAgentIsShown() {
        var meters = new HealthMeters(registry, membership, clock);
        tell(false);
        meters.refresh();
        Gauge ready = state("ready");
        assertThat(ready.value()).isEqualTo(1);

        tell(true);
        meters.refresh();

        assertThat(state("ready")).isSameAs(ready);
        assertThat(ready.value()).isZero();
        assertThat(state("down").value()).isEqualTo(1);
    }

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var meters = new HealthMeters(prometheus, membership, clock);
        tell(false);

        meters.refresh();
        meters.answered(URI.create(REPORT.address()), Duration.ofMillis(1));

        MetricsPage.read()
                .assertTellsOf(
                        "health",
                        Stream.of(HealthMetric.values()).map(HealthMetric::id).toList(),
                        prometheus.scrape());
    }

    private void tell(boolean stopping) {
        if (stopping) {
            membership.told(HealthShapes.reading(REPORT), true, clock.instant());
        } else {
            membership.answered(HealthShapes.reading(REPORT), clock.instant());
        }
        membership.judge(clock.instant());
    }

    private Gauge state(String state) {
        return registry.get("caravan.node.state").tag("node", "a").tag("state", state).gauge();
    }
}
