package dev.caravan.gateway.mapping;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.FactsMessage;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The view as it travels, read into what requests are routed by. */
public final class WireViews {

    private WireViews() {}

    /**
     * Models without facts are left out: their file cannot be read, so nothing can run them.
     *
     * @throws IllegalArgumentException where a value is not what it should be
     */
    public static ClusterView view(ClusterViewMessage message) {
        return new ClusterView(
                new Version(message.epoch(), message.number()),
                message.agents().stream().map(WireViews::agent).toList(),
                message.models().stream().flatMap(model -> entry(model).stream()).toList(),
                message.replicas().stream().map(WireViews::replica).toList());
    }

    public static AgentSnapshot agent(ClusterViewMessage.Agent agent) {
        return new AgentSnapshot(
                new AgentId(agent.agentId()),
                agent.hostId(),
                agent.address(),
                Verdict.valueOf(agent.verdict()));
    }

    public static ReplicaSnapshot replica(ClusterViewMessage.Replica replica) {
        return new ReplicaSnapshot(
                new ReplicaId(replica.replicaId()),
                new AgentId(replica.agentId()),
                name(replica.model()),
                new ModelDigest(replica.digest()),
                replica.contextLength(),
                replica.slots(),
                Continuation.parse(replica.continuation()),
                Boolean.TRUE.equals(replica.split()));
    }

    private static Optional<ModelEntry> entry(ClusterViewMessage.Model model) {
        return Optional.ofNullable(model.facts())
                .map(
                        facts ->
                                new ModelEntry(
                                        name(model.name()),
                                        new ModelDigest(model.digest()),
                                        facts(facts),
                                        Continuation.parse(model.continuation()),
                                        Set.copyOf(model.capabilities()),
                                        holders(model.holders())));
    }

    private static ModelFacts facts(FactsMessage facts) {
        return new ModelFacts(
                        facts.layers(),
                        new ByteSize(facts.weights()),
                        facts.kvBytesPerToken(),
                        facts.trainedContext(),
                        facts.embeddingLength())
                .withPresetContext(
                        Math.max(0, Objects.requireNonNullElse(facts.presetContext(), 0)));
    }

    private static List<AgentId> holders(List<String> holders) {
        return holders.stream().map(AgentId::new).sorted().toList();
    }

    private static ModelRef name(String name) {
        return ModelRef.parse(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "model: \"%s\" (expected: [host/][namespace/]model:tag)"
                                                .formatted(name)));
    }
}
