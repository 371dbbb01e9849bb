package dev.caravan.health.config;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.health.SilenceDetector;
import dev.caravan.health.app.Member;
import dev.caravan.health.app.Membership;
import dev.caravan.wire.AgentReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Fills the health service's meters. */
final class HealthMeters {

    private static final Duration[] SHORT =
            DoubleStream.of(0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000)
                    .mapToObj(millis -> Duration.ofNanos((long) (millis * 1e6)))
                    .toArray(Duration[]::new);

    private final SilenceDetector detector = new SilenceDetector();
    private final MeterRegistry meters;
    private final Membership<AgentReport> membership;
    private final InstantSource clock;
    private final MultiGauge states;
    private final MultiGauge phis;

    HealthMeters(MeterRegistry meters, Membership<AgentReport> membership, InstantSource clock) {
        this.meters = meters;
        this.membership = membership;
        this.clock = clock;
        this.states = multiGauge(HealthMetric.NODE_STATE);
        this.phis = multiGauge(HealthMetric.NODE_PHI);
        degraded("membership_frozen", () -> membership.latest().frozen().isPresent());
    }

    private MultiGauge multiGauge(HealthMetric metric) {
        return MultiGauge.builder(metric.id()).description(metric.description()).register(meters);
    }

    /** Shows whether the service goes on without something. */
    void degraded(String reason, BooleanSupplier without) {
        Gauge.builder(HealthMetric.DEGRADED_MODE.id(), () -> without.getAsBoolean() ? 1 : 0)
                .description(HealthMetric.DEGRADED_MODE.description())
                .tag("reason", reason)
                .register(meters);
    }

    void answered(URI address, Duration took) {
        membership.latest().members().stream()
                .filter(member -> member.address().equals(address))
                .findFirst()
                .ifPresent(
                        member ->
                                Timer.builder(HealthMetric.NODE_PROBE.id())
                                        .description(HealthMetric.NODE_PROBE.description())
                                        .tag("node", member.agent().value())
                                        .tag("kind", "report")
                                        .serviceLevelObjectives(SHORT)
                                        .register(meters)
                                        .record(took));
    }

    /**
     * Shows the members that there are now. Gauges of those shown before stay and read on: one that
     * is made anew while somebody looks may be seen twice, which spoils the whole page.
     */
    void refresh() {
        var stateRows = new ArrayList<MultiGauge.Row<?>>();
        var phiRows = new ArrayList<MultiGauge.Row<?>>();
        for (Member<AgentReport> member : membership.latest().members()) {
            AgentId agent = member.agent();
            Tags node = Tags.of("node", agent.value());
            for (String state : List.of("ready", "draining", "suspect", "down")) {
                stateRows.add(
                        MultiGauge.Row.of(
                                node.and("state", state),
                                () -> read(agent, now -> state.equals(state(now)) ? 1 : 0)));
            }
            FunctionCounter.builder(
                            HealthMetric.PARTITION_SIGHTINGS.id(),
                            membership,
                            now -> now.partitionSightings(agent))
                    .description(HealthMetric.PARTITION_SIGHTINGS.description())
                    .tags(node)
                    .register(meters);
            phiRows.add(MultiGauge.Row.of(node, () -> read(agent, this::phi)));
        }
        states.register(stateRows, false);
        phis.register(phiRows, false);
    }

    private double phi(Member<AgentReport> member) {
        return detector.suspicion(member.history(), clock.instant());
    }

    /** Of the member as it is now; not a number once it is forgotten. */
    private double read(AgentId agent, ToDoubleFunction<Member<AgentReport>> value) {
        return membership.latest().members().stream()
                .filter(member -> member.agent().equals(agent))
                .mapToDouble(value)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String state(Member<AgentReport> member) {
        return member.stopping() && member.verdict() != Verdict.DOWN
                ? "draining"
                : member.verdict().name().toLowerCase(Locale.ROOT);
    }
}
