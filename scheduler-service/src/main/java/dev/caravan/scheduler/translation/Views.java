package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.scheduler.app.ViewContent;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.FactsMessage;

/** Writes what gateways route by. */
public final class Views {

    private Views() {}

    /**
     * @param publishedAt milliseconds since 1970
     */
    public static ClusterViewMessage message(
            Version version, ViewContent content, long publishedAt) {
        return new ClusterViewMessage(
                version.epoch(),
                version.number(),
                publishedAt,
                content.agents().stream().map(Views::agent).toList(),
                content.models().stream().map(Views::model).toList(),
                content.replicas().stream().map(Views::replica).toList());
    }

    public static ClusterViewMessage.Agent agent(AgentSnapshot agent) {
        return new ClusterViewMessage.Agent(
                agent.id().value(), agent.hostId(), agent.address(), agent.verdict().name());
    }

    public static ClusterViewMessage.Replica replica(ReplicaSnapshot replica) {
        return new ClusterViewMessage.Replica(
                replica.id().value(),
                replica.agent().value(),
                replica.model().display(),
                replica.digest().hex(),
                replica.contextLength(),
                replica.slots(),
                replica.continuation().label(),
                replica.split() ? true : null);
    }

    private static ClusterViewMessage.Model model(ModelEntry model) {
        return new ClusterViewMessage.Model(
                model.name().display(),
                model.digest().hex(),
                facts(model.facts()),
                model.continuation().label(),
                model.capabilities().stream().sorted().toList(),
                model.holders().stream().map(AgentId::value).toList());
    }

    private static FactsMessage facts(ModelFacts facts) {
        return new FactsMessage(
                facts.layers(),
                facts.weights().bytes(),
                facts.kvBytesPerToken(),
                facts.trainedContext(),
                facts.embeddingLength(),
                null,
                null,
                facts.presetContext() == 0 ? null : facts.presetContext());
    }
}
