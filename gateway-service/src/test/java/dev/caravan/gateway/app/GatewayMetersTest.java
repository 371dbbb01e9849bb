package dev.caravan.gateway.app;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.gateway.app.GatewayMeters.Outcome;
import dev.caravan.testkit.MetricsPage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatewayMetersTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String CHAT = "chat";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMeters meters = new GatewayMeters(registry);
    private final ModelRef model = ModelRef.parse("demo").orElseThrow();

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        meters.queued(model, 1);
        meters.inFlight(model, 1);
        meters.waited(model, SECOND);
        meters.routed(new RouteDecision.Cold(), SECOND);
        meters.retried(model, FaultCode.UPSTREAM_FAILED);
        meters.continued(model, Duration.ofMillis(3));
        meters.firstToken(model, CHAT, SECOND);
        meters.tokens(model, CHAT, 3, 2, SECOND);
        meters.ended(model, CHAT, Outcome.OK, "none", SECOND);
        meters.circuits("open", () -> 1);
        meters.degraded("no_redis", () -> false);

        MetricsPage.read()
                .assertTellsOf(
                        "gateway",
                        Stream.of(GatewayMetric.values()).map(GatewayMetric::meter).toList(),
                        registry.scrape());
    }
}
