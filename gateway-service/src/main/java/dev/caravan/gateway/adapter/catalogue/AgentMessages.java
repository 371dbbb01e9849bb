package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.AgentState;
import dev.caravan.gateway.app.models.AgentState.Lent;
import dev.caravan.gateway.app.models.AgentState.LoadedReplica;
import dev.caravan.gateway.app.models.ModelDescription;
import dev.caravan.gateway.app.models.ShownModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Agents' answers off the wire. */
final class AgentMessages {

    private static final long NEVER = -1;

    private AgentMessages() {}

    static AgentState state(URI address, AgentReport report) {
        Map<String, ModelDescription> descriptions =
                report.models().stream()
                        .collect(
                                Collectors.toMap(
                                        AgentReport.Model::digest,
                                        model -> Descriptions.of(model.details()),
                                        (first, _) -> first));
        AgentId id = new AgentId(report.agentId());
        List<LoadedReplica> loaded =
                report.replicas().stream()
                        .filter(AgentMessages::isInMemory)
                        .flatMap(replica -> loaded(id, replica, descriptions).stream())
                        .toList();
        List<Lent> lent =
                report.lent().stream()
                        .map(member -> new Lent(id, member.groupId(), member.memory()))
                        .toList();
        return new AgentState(
                id, address, report.store().free(), report.store().models(), loaded, lent);
    }

    private static boolean isInMemory(AgentReport.Replica replica) {
        return replica.state() == ReplicaState.READY || replica.state() == ReplicaState.DRAINING;
    }

    private static Optional<LoadedReplica> loaded(
            AgentId agent, AgentReport.Replica replica, Map<String, ModelDescription> known) {
        return ModelRef.parse(replica.model())
                .map(
                        name ->
                                new LoadedReplica(
                                        agent,
                                        replica.replicaId(),
                                        name,
                                        replica.digest(),
                                        known.getOrDefault(
                                                replica.digest(), ModelDescription.UNKNOWN),
                                        replica.memory(),
                                        replica.contextLength(),
                                        expiry(replica.expiresAt())));
    }

    private static Optional<Instant> expiry(@Nullable Long expiresAt) {
        return Optional.ofNullable(expiresAt)
                .map(at -> at == NEVER ? Instant.MAX : Instant.ofEpochMilli(at));
    }

    static ShownModel shown(ModelRef asked, ShowMessage message) {
        AgentReport.Model model = message.model();
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        message.modelInfo()
                .forEach(
                        (key, value) ->
                                metadata.put(
                                        key, WireJson.mapper().treeToValue(value, Object.class)));
        return new ShownModel(
                ModelRef.parse(model.name()).orElse(asked),
                model.digest(),
                Instant.ofEpochMilli(model.modifiedAt()),
                Descriptions.of(model.details()),
                model.capabilities(),
                message.blobPath(),
                message.layers(),
                Optional.ofNullable(message.chatTemplate()),
                Optional.ofNullable(message.modelfile()),
                metadata,
                message.tensors().stream()
                        .map(
                                tensor ->
                                        new ShownModel.Tensor(
                                                tensor.name(), tensor.type(), tensor.shape()))
                        .toList(),
                Objects.requireNonNullElse(message.requires(), ""),
                new ShownModel.Files(orNone(message.adapters()), orNone(message.projectors())));
    }

    private static List<String> orNone(@Nullable List<String> paths) {
        return Objects.requireNonNullElse(paths, List.of());
    }
}
