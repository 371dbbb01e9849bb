package dev.caravan.worker.api;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.EngineBuild;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.VersionMessage;
import dev.caravan.worker.api.store.ModelMessages;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.Engines;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.engine.Stages;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import dev.caravan.worker.app.status.AgentIdentity;
import dev.caravan.worker.app.status.AgentStatus;
import dev.caravan.worker.app.status.StatusBoard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The agent's status as it is told to others. */
public final class ReportMessages {

    private static final long FOREVER = -1;

    private ReportMessages() {}

    public static AgentReport of(
            AgentIdentity identity, String address, StatusBoard.Numbered numbered) {
        AgentStatus status = numbered.status();
        return new AgentReport(
                identity.agent().value(),
                identity.host(),
                address,
                identity.version(),
                identity.startedAt().toEpochMilli(),
                numbered.sequence(),
                build(status.engine()),
                fault(status.engine()),
                identity.cores(),
                new AgentReport.Memory(
                        status.memory().total(),
                        status.memory().available(),
                        identity.budget(),
                        status.memory().used()),
                new AgentReport.Store(status.store().free(), status.store().models()),
                new VersionMessage(status.desired().epoch(), status.desired().number()),
                status.replicas().stream().map(ReportMessages::replica).toList(),
                status.members().stream().map(ReportMessages::member).toList(),
                status.models().stream().map(ModelMessages::of).toList(),
                status.adopted().map(ReportMessages::adopted).map(List::of).orElse(null),
                null);
    }

    private static AgentReport.Adopted adopted(AdoptedEngine.Status engine) {
        return new AgentReport.Adopted(
                engine.kind(),
                engine.url(),
                engine.version(),
                engine.slots(),
                engine.here(),
                engine.fault().orElse(null));
    }

    private static @Nullable EngineBuild build(Engines.Availability engine) {
        return switch (engine) {
            case Engines.Availability.Found(var found) ->
                    new EngineBuild(
                            found.kind(),
                            found.build(),
                            found.rpcProtocol(),
                            found.backends(),
                            found.source(),
                            found.cpuVariants());
            case Engines.Availability.Missing _ -> null;
        };
    }

    private static @Nullable String fault(Engines.Availability engine) {
        return switch (engine) {
            case Engines.Availability.Found _ -> null;
            case Engines.Availability.Missing(String fault) -> fault;
        };
    }

    private record Told(
            ReplicaState state,
            String address,
            Duration loadTime,
            @Nullable Integer exitCode,
            @Nullable String fault) {}

    private static Told told(EngineState state) {
        return switch (state) {
            case EngineState.Loading _ ->
                    new Told(ReplicaState.LOADING, "", Duration.ZERO, null, null);
            case EngineState.Ready(_, String address, Duration took) ->
                    new Told(ReplicaState.READY, address, took, null, null);
            case EngineState.Draining(_, String address, Duration took) ->
                    new Told(ReplicaState.DRAINING, address, took, null, null);
            case EngineState.Exited(int code, String fault, Duration took) ->
                    new Told(ReplicaState.EXITED, "", took, code, fault);
            case EngineState.Failed(var code, String fault) ->
                    new Told(
                            ReplicaState.FAILED,
                            "",
                            Duration.ZERO,
                            code.isPresent() ? code.getAsInt() : null,
                            fault);
        };
    }

    private static AgentReport.Replica replica(AgentStatus.ReplicaStatus status) {
        WantedEngine wanted = status.wanted();
        Told told = told(status.state());
        return new AgentReport.Replica(
                wanted.id().value(),
                wanted.model().display(),
                wanted.digest().hex(),
                told.state(),
                wanted.contextLength(),
                wanted.slots(),
                status.busy(),
                wanted.continuation().label(),
                status.memory(),
                status.state().processId(),
                told.address(),
                told.loadTime().toMillis(),
                expiresAt(status.expiry()),
                told.exitCode(),
                told.fault(),
                stages(wanted.stages()));
    }

    private static @Nullable List<DesiredEngines.Stage> stages(Stages stages) {
        return stages.isEmpty() ? null : stages.list().stream().map(ReportMessages::stage).toList();
    }

    private static DesiredEngines.Stage stage(Stage stage) {
        return new DesiredEngines.Stage(
                stage.agent().value(),
                stage.address(),
                stage.member().map(MemberId::value).orElse(null),
                stage.layers());
    }

    private static AgentReport.Member member(AgentStatus.MemberStatus status) {
        WantedMember wanted = status.wanted();
        Told told = told(status.state());
        return new AgentReport.Member(
                wanted.id().value(),
                wanted.group().value(),
                wanted.model().display(),
                wanted.digest().hex(),
                told.state(),
                wanted.firstLayer(),
                wanted.layers(),
                status.memory(),
                status.state().processId(),
                status.linked(),
                told.exitCode(),
                told.fault());
    }

    private static @Nullable Long expiresAt(AgentStatus.Expiry expiry) {
        return switch (expiry) {
            case AgentStatus.Expiry.InUse _ -> null;
            case AgentStatus.Expiry.Idle(Optional<Instant> until) ->
                    until.map(Instant::toEpochMilli).orElse(FOREVER);
        };
    }
}
