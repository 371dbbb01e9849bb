package dev.caravan.scheduler.adapter.micrometer;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.scheduler.app.Census;
import dev.caravan.scheduler.app.DecisionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Keeps the scheduler's meters. */
public final class SchedulerMeters implements DecisionTimer {

    /** Models beyond this many share the label {@code other}. */
    private static final int MOST_MODELS = 200;

    private static final String OTHER = "other";

    /** B-short of the metrics table, seconds. */
    private static final Duration[] SHORT =
            Stream.of(0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
                    .map(millis -> Duration.ofNanos((long) (millis * 1_000_000)))
                    .toArray(Duration[]::new);

    private final Timer decisions;
    private final MultiGauge replicas;
    private final MultiGauge quarantine;

    public SchedulerMeters(MeterRegistry registry) {
        this.decisions =
                Timer.builder(SchedulerMetric.ROUTING_DECISION.id())
                        .description(SchedulerMetric.ROUTING_DECISION.description())
                        .tag("policy", "first_fit")
                        .serviceLevelObjectives(SHORT)
                        .register(registry);
        this.replicas =
                MultiGauge.builder(SchedulerMetric.MODEL_REPLICAS.id())
                        .description(SchedulerMetric.MODEL_REPLICAS.description())
                        .register(registry);
        this.quarantine =
                MultiGauge.builder(SchedulerMetric.NODE_QUARANTINE.id())
                        .description(SchedulerMetric.NODE_QUARANTINE.description())
                        .register(registry);
    }

    private static MultiGauge.Row<?> leftOut(AgentId agent) {
        return MultiGauge.Row.of(Tags.of("node", agent.value()), 1);
    }

    @Override
    public void time(Runnable decision) {
        decisions.record(decision);
    }

    /** Shows these counts from now on. */
    public void show(Census census) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        folded(census)
                .forEach(
                        (model, counts) ->
                                counts.forEach(
                                        (kind, count) ->
                                                rows.add(
                                                        MultiGauge.Row.of(
                                                                Tags.of(
                                                                        "model",
                                                                        model,
                                                                        "state",
                                                                        kind.name()
                                                                                .toLowerCase(
                                                                                        Locale
                                                                                                .ROOT)),
                                                                count))));
        replicas.register(rows, true);
        quarantine.register(
                census.leftOut().keySet().stream().sorted().map(SchedulerMeters::leftOut).toList(),
                true);
    }

    private static Map<String, Map<Census.Kind, Integer>> folded(Census census) {
        Map<String, Map<Census.Kind, Integer>> folded = new TreeMap<>();
        new TreeMap<>(census.models())
                .forEach(
                        (model, counts) -> {
                            String label = folded.size() < MOST_MODELS ? model : OTHER;
                            var target =
                                    folded.computeIfAbsent(
                                            label, _ -> new EnumMap<>(Census.Kind.class));
                            for (Census.Kind kind : Census.Kind.values()) {
                                target.merge(kind, counts.getOrDefault(kind, 0), Integer::sum);
                            }
                        });
        return folded;
    }
}
