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
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.app.HostMemory;
import dev.caravan.scheduler.app.ReplicaStatus;
import dev.caravan.scheduler.app.StoredModel;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.FactsMessage;
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
                report.engine() == null
                        ? Optional.of(text(report.engineFault(), "none found"))
                        : Optional.empty(),
                memory(report.memory()),
                version(report.desired()),
                report.replicas().stream().flatMap(each -> replica(each).stream()).toList(),
                report.models().stream().flatMap(each -> model(each).stream()).toList());
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
                                        phase(replica),
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
                                        text(replica.fault(), "")));
    }

    private static ReplicaStatus.Phase phase(AgentReport.Replica replica) {
        return switch (replica.state()) {
            case LOADING -> ReplicaStatus.Phase.LOADING;
            case READY -> ReplicaStatus.Phase.READY;
            case DRAINING -> ReplicaStatus.Phase.DRAINING;
            case EXITED -> ReplicaStatus.Phase.EXITED;
            case FAILED -> ReplicaStatus.Phase.FAILED;
        };
    }

    private static Optional<StoredModel> model(AgentReport.Model model) {
        return ModelRef.parse(model.name())
                .map(
                        name ->
                                new StoredModel(
                                        name,
                                        new ModelDigest(model.digest()),
                                        model.modifiedAt(),
                                        Optional.ofNullable(model.facts()).map(Reports::facts),
                                        Continuation.parse(model.policy().continuation()),
                                        Set.copyOf(model.capabilities()),
                                        text(model.fault(), "")));
    }

    private static ModelFacts facts(FactsMessage facts) {
        List<Long> layers = facts.layerWeights();
        Long output = facts.outputWeights();
        return layers == null || output == null
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
    }

    private static String text(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
