package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.app.EngineStatus;
import dev.caravan.scheduler.app.HostMemory;
import dev.caravan.scheduler.app.MemberId;
import dev.caravan.scheduler.app.MemberStatus;
import dev.caravan.scheduler.app.ReplicaStatus;
import dev.caravan.scheduler.app.StoredModel;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.EngineBuild;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.VersionMessage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what agents say of themselves. */
public final class Reports {

    private Reports() {}

    /**
     * @throws IllegalArgumentException where a value of the report is out of its range
     */
    public static AgentStatus status(AgentRecord record) {
        return status(record.report(), Verdict.valueOf(record.verdict()));
    }

    /** A report that came without a verdict: whoever speaks is there. */
    public static AgentStatus status(AgentReport report) {
        return status(report, Verdict.READY);
    }

    private static AgentStatus status(AgentReport report, Verdict verdict) {
        return new AgentStatus(
                new AgentId(report.agentId()),
                report.hostId(),
                report.address(),
                verdict,
                report.startedAt(),
                report.sequence(),
                Optional.ofNullable(report.engine()).map(Reports::engine),
                report.engine() == null ? text(report.engineFault(), "none found") : "",
                memory(report.memory()),
                version(report.desired()),
                report.replicas().stream().flatMap(each -> replica(each).stream()).toList(),
                report.lent().stream().flatMap(each -> member(each).stream()).toList(),
                report.models().stream()
                        .flatMap(each -> model(each, isElsewhere(report)).stream())
                        .toList());
    }

    private static EngineStatus engine(EngineBuild engine) {
        return new EngineStatus(
                engine.kind(), engine.build(), engine.rpcProtocol(), engine.backends());
    }

    public static Version version(VersionMessage message) {
        return new Version(message.epoch(), message.number());
    }

    private static HostMemory memory(AgentReport.Memory memory) {
        return new HostMemory(
                size(memory.total()),
                size(memory.available()),
                size(memory.budget()),
                size(memory.used()));
    }

    private static ByteSize size(long bytes) {
        return new ByteSize(Math.max(0, bytes));
    }

    /** Empty where the name is not one we could route by. */
    private static Optional<ReplicaStatus> replica(AgentReport.Replica replica) {
        return ModelRef.parse(replica.model())
                .map(
                        name ->
                                new ReplicaStatus(
                                        new ReplicaId(replica.replicaId()),
                                        name,
                                        new ModelDigest(replica.digest()),
                                        phase(replica.state()),
                                        replica.contextLength(),
                                        replica.slots(),
                                        replica.busy(),
                                        Continuation.parse(replica.continuation()),
                                        size(replica.memory()),
                                        replica.expiresAt() == null
                                                ? OptionalLong.empty()
                                                : OptionalLong.of(replica.expiresAt()),
                                        replica.exitCode() == null
                                                ? OptionalInt.empty()
                                                : OptionalInt.of(replica.exitCode()),
                                        text(replica.fault(), ""),
                                        Wishes.stages(replica.stages())));
    }

    private static Optional<MemberStatus> member(AgentReport.Member member) {
        return ModelRef.parse(member.model())
                .map(
                        name ->
                                new MemberStatus(
                                        new MemberId(member.memberId()),
                                        new ReplicaId(member.groupId()),
                                        name,
                                        new ModelDigest(member.digest()),
                                        phase(member.state()),
                                        new LayerSpan(
                                                member.firstLayer(),
                                                member.firstLayer() + member.layers()),
                                        size(member.memory()),
                                        text(member.fault(), "")));
    }

    private static ReplicaStatus.Phase phase(ReplicaState state) {
        return switch (state) {
            case LOADING -> ReplicaStatus.Phase.LOADING;
            case READY -> ReplicaStatus.Phase.READY;
            case DRAINING -> ReplicaStatus.Phase.DRAINING;
            case EXITED -> ReplicaStatus.Phase.EXITED;
            case FAILED -> ReplicaStatus.Phase.FAILED;
        };
    }

    /** Whether its adopted engine takes the memory of another host. */
    private static boolean isElsewhere(AgentReport report) {
        return report.adopted() != null
                && report.adopted().stream().anyMatch(engine -> !engine.here());
    }

    /** Empty where this release does not know what runs it, or its name is none. */
    private static Optional<StoredModel> model(AgentReport.Model model, boolean elsewhere) {
        String engine = text(model.engine(), ModelRunner.LLAMA_CPP.label());
        return ModelRunner.of(engine).flatMap(runner -> model(model, runner, elsewhere));
    }

    private static Optional<StoredModel> model(
            AgentReport.Model model, ModelRunner runner, boolean elsewhere) {
        return ModelRef.parse(model.name())
                .map(
                        name ->
                                new StoredModel(
                                        name,
                                        new ModelDigest(model.digest()),
                                        model.modifiedAt(),
                                        Optional.ofNullable(model.facts())
                                                .map(Reports::facts)
                                                .map(facts -> taken(facts, runner, elsewhere)),
                                        PolicyMessages.policy(model.policy()),
                                        Set.copyOf(model.capabilities()),
                                        text(model.fault(), ""),
                                        runner));
    }

    /**
     * An adopted engine sees itself to what is beside the weights, and its slots are not known; one
     * on another host takes nothing of this one's memory.
     */
    private static ModelFacts taken(ModelFacts facts, ModelRunner runner, boolean elsewhere) {
        return switch (runner) {
            case LLAMA_CPP -> facts;
            case OLLAMA ->
                    new ModelFacts(
                                    facts.layers(),
                                    elsewhere ? ByteSize.ZERO : facts.weights(),
                                    0,
                                    facts.trainedContext(),
                                    facts.embeddingLength())
                            .withPresetContext(facts.presetContext());
        };
    }

    private static ModelFacts facts(FactsMessage facts) {
        List<Long> layers = facts.layerWeights();
        Long output = facts.outputWeights();
        ModelFacts read =
                layers == null || output == null
                        ? new ModelFacts(
                                facts.layers(),
                                size(facts.weights()),
                                facts.kvBytesPerToken(),
                                facts.trainedContext(),
                                facts.embeddingLength())
                        : new ModelFacts(
                                facts.layers(),
                                size(facts.weights()),
                                facts.kvBytesPerToken(),
                                facts.trainedContext(),
                                facts.embeddingLength(),
                                layers.stream().map(Reports::size).toList(),
                                size(output));
        Integer preset = facts.presetContext();
        return preset == null ? read : read.withPresetContext(Math.max(0, preset));
    }

    private static String text(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
