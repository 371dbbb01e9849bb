package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.scheduler.app.DesiredEngine;
import dev.caravan.scheduler.app.DesiredMember;
import dev.caravan.scheduler.app.DesiredState;
import dev.caravan.scheduler.app.GroupStage;
import dev.caravan.scheduler.app.MemberId;
import dev.caravan.wire.DesiredEngines;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Between the two forms of what an agent should run. */
public final class Wishes {

    private Wishes() {}

    public static DesiredEngines message(DesiredState state) {
        return new DesiredEngines(
                state.version().epoch(),
                state.version().number(),
                state.engines().stream().map(Wishes::engine).toList(),
                state.members().isEmpty()
                        ? null
                        : state.members().stream().map(Wishes::member).toList());
    }

    private static DesiredEngines.Engine engine(DesiredEngine engine) {
        return new DesiredEngines.Engine(
                engine.replica().value(),
                engine.model().display(),
                engine.digest().hex(),
                engine.contextLength(),
                engine.slots(),
                engine.continuation().label(),
                engine.keepAliveMillis().isPresent() ? engine.keepAliveMillis().getAsLong() : null,
                engine.stages().isEmpty()
                        ? null
                        : engine.stages().stream().map(Wishes::stage).toList(),
                engine.engineOptions().isEmpty() ? null : engine.engineOptions(),
                LoadWishes.message(engine.loading()));
    }

    private static DesiredEngines.Stage stage(GroupStage stage) {
        return new DesiredEngines.Stage(
                stage.agent().value(),
                stage.address(),
                stage.member().map(MemberId::value).orElse(null),
                stage.layers());
    }

    private static DesiredEngines.Member member(DesiredMember member) {
        return new DesiredEngines.Member(
                member.id().value(),
                member.group().value(),
                member.model().display(),
                member.digest().hex(),
                member.headAgent().map(AgentId::value).orElse(""),
                member.span().start(),
                member.span().length(),
                member.continuation().label(),
                member.memory().bytes());
    }

    public static DesiredState state(AgentId agent, DesiredEngines message) {
        return new DesiredState(
                agent,
                new Version(message.epoch(), message.generation()),
                message.engines().stream().flatMap(each -> engine(each).stream()).toList(),
                message.lent().stream().flatMap(each -> member(agent, each).stream()).toList());
    }

    private static Optional<DesiredEngine> engine(DesiredEngines.Engine engine) {
        return ModelRef.parse(engine.model())
                .map(
                        name ->
                                new DesiredEngine(
                                        new ReplicaId(engine.replicaId()),
                                        name,
                                        new ModelDigest(engine.digest()),
                                        engine.contextLength(),
                                        engine.slots(),
                                        Continuation.parse(engine.continuation()),
                                        engine.keepAliveMillis() == null
                                                ? OptionalLong.empty()
                                                : OptionalLong.of(engine.keepAliveMillis()),
                                        stages(engine.stages()),
                                        Objects.requireNonNullElse(
                                                engine.engineOptions(), List.of()),
                                        LoadWishes.read(engine.loading())));
    }

    /** Stages as wishes and reports name them; none where the model is whole. */
    static List<GroupStage> stages(@Nullable List<DesiredEngines.Stage> stages) {
        return Objects.requireNonNullElse(stages, List.<DesiredEngines.Stage>of()).stream()
                .map(
                        stage ->
                                new GroupStage(
                                        new AgentId(stage.agentId()),
                                        stage.address(),
                                        Optional.ofNullable(stage.memberId()).map(MemberId::new),
                                        stage.layers()))
                .toList();
    }

    private static Optional<DesiredMember> member(AgentId agent, DesiredEngines.Member member) {
        return ModelRef.parse(member.model())
                .map(
                        name ->
                                new DesiredMember(
                                        new MemberId(member.memberId()),
                                        agent,
                                        new ReplicaId(member.groupId()),
                                        name,
                                        new ModelDigest(member.digest()),
                                        Optional.of(member.headAgentId())
                                                .filter(head -> !head.isBlank())
                                                .map(AgentId::new),
                                        new LayerSpan(
                                                member.firstLayer(),
                                                member.firstLayer() + member.layers()),
                                        Continuation.parse(member.continuation()),
                                        new ByteSize(Math.max(0, member.memory()))));
    }
}
