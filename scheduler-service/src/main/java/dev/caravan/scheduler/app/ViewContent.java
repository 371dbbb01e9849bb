package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The slow facts gateways route by; two are equal where nothing a gateway cares for has changed, so
 * busy slots and memory are not in it.
 */
public record ViewContent(
        List<AgentSnapshot> agents, List<ModelEntry> models, List<ReplicaSnapshot> replicas) {

    public ViewContent {
        agents = List.copyOf(agents);
        models = List.copyOf(models);
        replicas = List.copyOf(replicas);
    }

    /** Agents that are down are left out, and what is on them; only ready replicas are in. */
    static ViewContent of(Collection<AgentStatus> agents, DesiredBook desired, Policies policies) {
        List<AgentStatus> alive = agents.stream().filter(AgentStatus::alive).toList();
        List<ReplicaSnapshot> replicas = new ArrayList<>();
        for (AgentStatus agent : alive) {
            for (ReplicaStatus replica : agent.replicas()) {
                if (replica.phase() == ReplicaStatus.Phase.READY
                        && !desired.withdrew(agent.id(), replica.id())) {
                    replicas.add(snapshot(agent.id(), replica));
                }
            }
        }
        return new ViewContent(
                alive.stream().map(AgentStatus::snapshot).toList(),
                models(alive, policies),
                replicas);
    }

    static ReplicaSnapshot snapshot(AgentId agent, ReplicaStatus replica) {
        return new ReplicaSnapshot(
                replica.id(),
                agent,
                replica.model(),
                replica.digest(),
                replica.contextLength(),
                replica.slots(),
                replica.continuation(),
                !replica.stages().isEmpty());
    }

    /** Of two digests under one name the one that was modified last has the name. */
    private static List<ModelEntry> models(List<AgentStatus> alive, Policies policies) {
        Map<String, StoredModel> newest = new TreeMap<>();
        for (AgentStatus agent : alive) {
            for (StoredModel model : agent.models()) {
                if (model.facts().isPresent()) {
                    newest.merge(model.name().key(), model, ViewContent::modifiedLast);
                }
            }
        }
        return newest.values().stream().map(model -> entry(model, alive, policies)).toList();
    }

    private static StoredModel modifiedLast(StoredModel first, StoredModel second) {
        return Comparator.comparingLong(StoredModel::modifiedAt)
                                .thenComparing(model -> model.digest().hex())
                                .compare(first, second)
                        >= 0
                ? first
                : second;
    }

    private static ModelEntry entry(StoredModel model, List<AgentStatus> alive, Policies policies) {
        List<AgentId> holders =
                alive.stream()
                        .filter(
                                agent ->
                                        agent.model(model.digest())
                                                .flatMap(StoredModel::facts)
                                                .isPresent())
                        .map(AgentStatus::id)
                        .toList();
        return new ModelEntry(
                model.name(),
                model.digest(),
                model.facts().orElseThrow(),
                policies.of(model.name()).continuation(),
                model.capabilities(),
                holders);
    }
}
