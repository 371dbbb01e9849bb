package dev.caravan.worker.config;

import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.ReplicaChanges;
import dev.caravan.worker.app.status.AgentStatus;
import dev.caravan.worker.app.status.StatusBoard;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;

/** Keeps {@link WorkerMetric}s: counts what happens, and looks at what is when told to. */
final class WorkerMetrics implements ReplicaChanges.Listener {

    private static final Duration[] LOAD_BUCKETS =
            Stream.concat(
                            Stream.of(500, 1000, 2500).map(Duration::ofMillis),
                            IntStream.of(5, 10, 20, 40, 80, 160, 320, 640)
                                    .mapToObj(Duration::ofSeconds))
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final String node;
    private final ObjectProvider<StatusBoard> board;
    private final MultiGauge engineUp;
    private final MultiGauge engineSlots;
    private final MultiGauge nodeMemory;
    private final MultiGauge store;

    /**
     * @param node the agent's id
     */
    WorkerMetrics(MeterRegistry registry, String node, ObjectProvider<StatusBoard> board) {
        this.registry = registry;
        this.node = node;
        this.board = board;
        this.engineUp = gauge(WorkerMetric.ENGINE_UP);
        this.engineSlots = gauge(WorkerMetric.ENGINE_SLOTS);
        this.nodeMemory = gauge(WorkerMetric.NODE_MEMORY);
        this.store = gauge(WorkerMetric.STORE);
        crashes(ModelRunner.LLAMA_CPP, "crash");
        crashes(ModelRunner.LLAMA_CPP, "hang");
        stalls(ModelRunner.LLAMA_CPP);
    }

    private MultiGauge gauge(WorkerMetric metric) {
        return MultiGauge.builder(metric.id())
                .description(metric.description())
                .tags("node", node)
                .register(registry);
    }

    @Override
    public void loaded(Replica replica, Duration took) {
        Timer.builder(WorkerMetric.MODEL_LOAD.id())
                .description(WorkerMetric.MODEL_LOAD.description())
                .tags("model", model(replica), "engine", engine(replica), "source", "disk")
                .serviceLevelObjectives(LOAD_BUCKETS)
                .register(registry)
                .record(took);
    }

    @Override
    public void crashed(Replica replica) {
        crashes(replica.kind(), replica.stall().isPresent() ? "hang" : "crash").increment();
    }

    @Override
    public void stalled(Replica replica) {
        stalls(replica.kind()).increment();
    }

    private Counter stalls(ModelRunner engine) {
        return Counter.builder(WorkerMetric.ENGINE_STALLS.id())
                .description(WorkerMetric.ENGINE_STALLS.description())
                .tags("node", node, "engine", engine.label())
                .register(registry);
    }

    private Counter crashes(ModelRunner engine, String reason) {
        return Counter.builder(WorkerMetric.ENGINE_RESTARTS.id())
                .description(WorkerMetric.ENGINE_RESTARTS.description())
                .tags("node", node, "engine", engine.label(), "reason", reason)
                .register(registry);
    }

    /** A run ended well. */
    void finished(Replica replica, RunFrame.End end) {
        tokens(replica, "prompt", end.promptTokens() - end.cachedTokens());
        tokens(replica, "cached", end.cachedTokens());
        tokens(replica, "output", end.answerTokens());
    }

    private void tokens(Replica replica, String type, int count) {
        Counter.builder(WorkerMetric.ENGINE_TOKENS.id())
                .description(WorkerMetric.ENGINE_TOKENS.description())
                .tags(
                        "node",
                        node,
                        "engine",
                        engine(replica),
                        "model",
                        model(replica),
                        "type",
                        type)
                .register(registry)
                .increment(count);
    }

    private static String engine(Replica replica) {
        return replica.kind().label();
    }

    private static String model(Replica replica) {
        return replica.wanted().model().display();
    }

    /** Looks at what is; engines that are gone leave no series behind. */
    void refresh() {
        AgentStatus now = board.getObject().now().status();
        engineUp.register(now.replicas().stream().map(WorkerMetrics::up).toList(), true);
        engineSlots.register(
                now.replicas().stream()
                        .filter(replica -> replica.state().isLive())
                        .map(WorkerMetrics::slots)
                        .flatMap(Collection::stream)
                        .toList(),
                true);
        nodeMemory.register(
                List.of(
                        memory("total", now.memory().total()),
                        memory("free", now.memory().available()),
                        memory("model", now.memory().used())),
                true);
        store.register(
                List.of(kind("free", now.store().free()), kind("models", now.store().models())),
                true);
    }

    private static MultiGauge.Row<?> up(AgentStatus.ReplicaStatus replica) {
        boolean answers = replica.state() instanceof EngineState.Ready;
        return MultiGauge.Row.of(
                Tags.of(
                        "engine",
                        replica.engine().label(),
                        "engine_id",
                        replica.wanted().id().value(),
                        "model",
                        replica.wanted().model().display()),
                answers ? 1 : 0);
    }

    private static List<MultiGauge.Row<?>> slots(AgentStatus.ReplicaStatus replica) {
        String id = replica.wanted().id().value();
        return List.of(
                MultiGauge.Row.of(Tags.of("engine_id", id, "state", "busy"), replica.busy()),
                MultiGauge.Row.of(
                        Tags.of("engine_id", id, "state", "free"),
                        replica.wanted().slots() - replica.busy()));
    }

    private static MultiGauge.Row<?> memory(String kind, long bytes) {
        return MultiGauge.Row.of(Tags.of("device", "cpu", "kind", kind), bytes);
    }

    private static MultiGauge.Row<?> kind(String kind, long bytes) {
        return MultiGauge.Row.of(Tags.of("kind", kind), bytes);
    }
}
