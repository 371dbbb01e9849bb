package dev.caravan.worker.config;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.run.RunFrame;
import dev.caravan.testkit.ManualClock;
import dev.caravan.testkit.MetricsPage;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.FakeEngines;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.group.FakeRpcServers;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.status.HostMemory;
import dev.caravan.worker.app.status.StatusBoard;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;

class WorkerMetricsTest {

    private final FakeEngines engines = new FakeEngines();
    private final FakeStore store = new FakeStore();
    private final ManualClock clock = ManualClock.anytime();
    private final EngineSupervisor supervisor =
            new EngineSupervisor(
                    engines,
                    Optional.empty(),
                    store,
                    (_, _, _) -> {},
                    Runnable::run,
                    clock,
                    4,
                    Duration.ofMinutes(5));
    private final StatusBoard board =
            new StatusBoard(
                    supervisor,
                    new MemberSupervisor(
                            new FakeRpcServers(),
                            (_, _, _) -> {},
                            Runnable::run,
                            ManualClock.anytime(),
                            Duration.ZERO),
                    engines,
                    Optional.empty(),
                    store,
                    () -> new HostMemory.Sample(1, 1, Map.of()),
                    () -> Version.NONE,
                    Instant.EPOCH);
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final WorkerMetrics metrics = new WorkerMetrics(registry, "a", provided(board));

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        supervisor.changes().listen(metrics);
        supervisor.start(Wanted.engine("r1"));
        engines.last().becomeReady();
        Replica replica = supervisor.replicas().iterator().next();

        metrics.finished(
                replica,
                new RunFrame.End(
                        RunFrame.EndReason.STOP, 3, 1, Duration.ZERO, 2, Duration.ofMillis(1)));
        metrics.refresh();

        MetricsPage.read()
                .assertTellsOf(
                        "worker",
                        Stream.of(WorkerMetric.values()).map(WorkerMetric::id).toList(),
                        registry.scrape());
    }

    private static <T> ObjectProvider<T> provided(T bean) {
        return new ObjectProvider<>() {
            @Override
            public T getObject() {
                return bean;
            }
        };
    }
}
