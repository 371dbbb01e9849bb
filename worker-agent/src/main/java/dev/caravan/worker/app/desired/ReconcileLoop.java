package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.Member;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.group.WantedMember;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
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
    private final MemberSupervisor members;
    private final Executor control;
    private volatile DesiredState desired = DesiredState.NONE;

    /**
     * @param control the supervisors' control thread
     */
    public ReconcileLoop(
            DesiredFile file,
            EngineSupervisor supervisor,
            MemberSupervisor members,
            Executor control) {
        this.file = file;
        this.supervisor = supervisor;
        this.members = members;
        this.control = control;
    }

    /** The answer to an offer; {@code held} is the version that holds now. */
    public record Answer(boolean accepted, Version held) {}

    /** Takes up what was desired when the agent last ran. */
    public void start() {
        supervisor.onEnded(id -> remember(desired.wants(id), () -> desired.withEnded(id)));
        members.onEnded(id -> remember(desired.wants(id), () -> desired.withEnded(id)));
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
    public Mono<Answer> offer(Version version, Wishes wishes) {
        return Mono.fromCallable(() -> take(version, wishes))
                .subscribeOn(Schedulers.fromExecutor(control));
    }

    private Answer take(Version version, Wishes wishes) {
        Version held = desired.version();
        if (held.newerThan(version)) {
            return new Answer(false, held);
        }
        if (version.newerThan(held)) {
            DesiredState next = desired.follow(version, wishes);
            file.write(next);
            desired = next;
            log.atInfo()
                    .addKeyValue("version", version)
                    .addKeyValue("engines", wishes.engines().size())
                    .addKeyValue("members", wishes.members().size())
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
        var lent = members.members().stream().map(Member::id).collect(Collectors.toSet());
        for (Reconciliation.Step step : Reconciliation.steps(desired, observed, lent)) {
            switch (step) {
                case Reconciliation.Step.End(ReplicaId id) -> supervisor.drain(id);
                case Reconciliation.Step.Start(WantedEngine engine) -> supervisor.start(engine);
                case Reconciliation.Step.EndMember(MemberId id) -> members.drain(id);
                case Reconciliation.Step.StartMember(WantedMember member) -> members.start(member);
            }
        }
    }

    private void remember(boolean wanted, Supplier<DesiredState> ended) {
        if (wanted) {
            DesiredState next = ended.get();
            file.write(next);
            desired = next;
        }
    }
}
