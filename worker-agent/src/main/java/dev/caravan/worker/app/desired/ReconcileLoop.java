package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.WantedEngine;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Makes the engines follow the desired state. An offer is on disk before anything is done about it,
 * and the steps are found by comparing, not by remembering: an agent that dies at any point goes on
 * from the file when it is back. Everything happens on the control thread, one offer after the
 * other.
 */
public final class ReconcileLoop {

    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);

    private final DesiredFile file;
    private final EngineSupervisor supervisor;
    private final Executor control;
    private volatile DesiredState desired = DesiredState.NONE;

    /**
     * @param control the supervisor's control thread
     */
    public ReconcileLoop(DesiredFile file, EngineSupervisor supervisor, Executor control) {
        this.file = file;
        this.supervisor = supervisor;
        this.control = control;
    }

    /** The answer to an offer; {@code held} is the version that holds now. */
    public record Answer(boolean accepted, Version held) {}

    /** Takes up what was desired when the agent last ran. */
    public void start() {
        supervisor.onEnded(this::remember);
        control.execute(
                () -> {
                    desired = file.read();
                    reconcile();
                });
    }

    /**
     * Takes on a newer state; an older one changes nothing, the same one again is accepted.
     *
     * @return an {@link java.io.UncheckedIOException} where it could not be saved; it is then not
     *     taken on
     */
    public Mono<Answer> offer(Version version, List<WantedEngine> engines) {
        return Mono.fromCallable(() -> take(version, engines))
                .subscribeOn(Schedulers.fromExecutor(control));
    }

    private Answer take(Version version, List<WantedEngine> engines) {
        Version held = desired.version();
        if (held.newerThan(version)) {
            return new Answer(false, held);
        }
        if (version.newerThan(held)) {
            DesiredState next = desired.follow(version, engines);
            file.write(next);
            desired = next;
            log.atInfo()
                    .addKeyValue("version", version)
                    .addKeyValue("engines", engines.size())
                    .log("desired engines taken on");
            reconcile();
        }
        return new Answer(true, version);
    }

    /** The version that holds. */
    public Version version() {
        return desired.version();
    }

    private void reconcile() {
        var observed = supervisor.replicas().stream().map(Replica::id).collect(Collectors.toSet());
        for (Reconciliation.Step step : Reconciliation.steps(desired, observed)) {
            switch (step) {
                case Reconciliation.Step.End(ReplicaId id) -> supervisor.drain(id);
                case Reconciliation.Step.Start(WantedEngine engine) -> supervisor.start(engine);
            }
        }
    }

    private void remember(ReplicaId id) {
        if (desired.wants(id)) {
            DesiredState next = desired.withEnded(id);
            file.write(next);
            desired = next;
        }
    }
}
