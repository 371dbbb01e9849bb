package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/** Finds a replica that serves already. */
final class Serving {

    private Serving() {}

    /**
     * The least busy one, those of agents that are not suspect first, and last those of agents that
     * have one of the avoided.
     */
    static Optional<LoadOutcome.Ready> find(
            Collection<AgentStatus> alive,
            DesiredBook desired,
            ModelDigest digest,
            int context,
            Set<ReplicaId> avoided) {
        record Found(AgentStatus agent, ReplicaStatus replica) {}
        return alive.stream()
                .flatMap(
                        agent ->
                                agent.replicas().stream().map(replica -> new Found(agent, replica)))
                .filter(found -> found.replica().digest().equals(digest))
                .filter(found -> found.replica().phase() == ReplicaStatus.Phase.READY)
                .filter(found -> found.replica().contextLength() >= context)
                .filter(found -> !avoided.contains(found.replica().id()))
                .filter(found -> !desired.withdrew(found.agent().id(), found.replica().id()))
                .min(
                        Comparator.comparing(
                                        (Found found) ->
                                                avoided.stream().anyMatch(found.agent()::holds))
                                .thenComparing(found -> found.agent().verdict() != Verdict.READY)
                                .thenComparing(found -> found.replica().busy())
                                .thenComparing(found -> found.replica().id()))
                .map(
                        found ->
                                new LoadOutcome.Ready(
                                        desired.version(found.agent().id()),
                                        found.agent().snapshot(),
                                        ViewContent.snapshot(found.agent().id(), found.replica())));
    }
}
