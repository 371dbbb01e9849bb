package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.LoadOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps as many replicas of a model beside the one that is used as its policy wishes for, each on
 * agents of its own, on another host where there is one. Which of them is "the standby" is said
 * nowhere: all serve, all expire together, and one that dies is replaced. A standby takes free
 * memory only; where there is none it is tried again later, and the reason is told by the plan. It
 * remembers no replicas: they are read off the reports, so a new leader goes on at once. Used by
 * one thread.
 */
final class StandbyKeeper {

    /** A standby that found no place, or failed, is tried again after this long. */
    private static final long AGAIN_MILLIS = 10_000;

    /** What is on its way is of use to those who lost the replica it was to stand beside. */
    private static final long ORPHANED_MILLIS = 5_000;

    /** A replica that answers. */
    private record Ready(AgentStatus agent, ReplicaStatus replica) {

        Set<AgentId> agents() {
            Set<AgentId> agents = new HashSet<>(Set.of(agent.id()));
            replica.stages().forEach(stage -> agents.add(stage.agent()));
            return agents;
        }
    }

    /**
     * @param alive agents there were
     */
    private record Try(long at, Set<AgentId> alive, String reason) {}

    private final AgentBook agents;
    private final Policies policies;
    private final DesiredBook desired;
    private final LoadBook loads;
    private final Map<ModelDigest, Try> tries = new HashMap<>();
    private final Map<ModelDigest, Long> usedUntil = new HashMap<>();
    private final Map<ModelDigest, Long> seenAt = new HashMap<>();

    StandbyKeeper(AgentBook agents, Policies policies, DesiredBook desired, LoadBook loads) {
        this.agents = agents;
        this.policies = policies;
        this.desired = desired;
        this.loads = loads;
    }

    /** Begins what is missing, ends what is on its way for nobody. */
    void keep(long now) {
        Map<ModelDigest, List<Ready>> ready = ready();
        ready.forEach(
                (digest, replicas) -> {
                    seenAt.put(digest, now);
                    replicas.forEach(each -> used(digest, each.replica(), now));
                    int wanted = standbys(replicas);
                    if (wanted > 0 && replicas.size() <= wanted) {
                        begin(digest, replicas, now);
                    } else {
                        tries.remove(digest);
                    }
                });
        for (ModelDigest digest : List.copyOf(seenAt.keySet())) {
            if (now - seenAt.getOrDefault(digest, now) > ORPHANED_MILLIS) {
                loads.endStandbys(digest);
                forget(digest);
            }
        }
    }

    private Map<ModelDigest, List<Ready>> ready() {
        Map<ModelDigest, List<Ready>> ready =
                new TreeMap<>((one, other) -> one.hex().compareTo(other.hex()));
        for (AgentStatus agent : agents.alive()) {
            for (ReplicaStatus replica : agent.replicas()) {
                if (replica.phase() == ReplicaStatus.Phase.READY
                        && !desired.withdrew(agent.id(), replica.id())) {
                    ready.computeIfAbsent(replica.digest(), _ -> new ArrayList<>())
                            .add(new Ready(agent, replica));
                }
            }
        }
        return ready;
    }

    private int standbys(List<Ready> replicas) {
        return policies.of(replicas.getFirst().replica().model()).standby().orElse(0);
    }

    /** The latest moment until which a replica of the model stays, also of one that is gone. */
    private void used(ModelDigest digest, ReplicaStatus replica, long now) {
        long expiresAt = replica.expiresAt().orElse(now);
        usedUntil.merge(digest, expiresAt == -1 ? Long.MAX_VALUE : expiresAt, Math::max);
    }

    private void begin(ModelDigest digest, List<Ready> replicas, long now) {
        Set<AgentId> alive = Set.copyOf(agents.alive().stream().map(AgentStatus::id).toList());
        Try last = tries.get(digest);
        boolean tooSoon =
                last != null && now - last.at() < AGAIN_MILLIS && last.alive().equals(alive);
        if (tooSoon || loads.loads(digest)) {
            return;
        }
        boolean begun =
                loads.begin(like(replicas.getFirst(), elsewhere(replicas, true), now), now)
                        || loads.begin(
                                like(replicas.getFirst(), elsewhere(replicas, false), now), now);
        String reason =
                begun
                        ? ""
                        : loads.why(
                                like(replicas.getFirst(), elsewhere(replicas, false), now), now);
        tries.put(digest, new Try(now, alive, reason));
    }

    /** Agents that a replica uses already, and those of the same hosts. */
    private Map<AgentId, String> elsewhere(List<Ready> replicas, boolean otherHosts) {
        Set<AgentId> used = new HashSet<>();
        replicas.forEach(each -> used.addAll(each.agents()));
        Set<String> hosts = new HashSet<>();
        used.forEach(agent -> agents.find(agent).ifPresent(known -> hosts.add(known.hostId())));
        Map<AgentId, String> excluded = new HashMap<>();
        for (AgentStatus agent : agents.alive()) {
            if (used.contains(agent.id()) || (otherHosts && hosts.contains(agent.hostId()))) {
                excluded.put(agent.id(), "has the replica that the standby is for");
            }
        }
        return excluded;
    }

    /** A load of what that replica is. */
    private Load like(Ready ready, Map<AgentId, String> used, long now) {
        ReplicaStatus replica = ready.replica();
        Optional<DesiredEngine> wish =
                desired.engines(ready.agent().id()).stream()
                        .filter(engine -> engine.replica().equals(replica.id()))
                        .findFirst();
        Demand demand =
                new Demand(
                        "standby",
                        replica.model(),
                        replica.digest(),
                        replica.contextLength(),
                        wish.map(DesiredEngine::keepAliveMillis).orElse(OptionalLong.empty()),
                        Optional.empty(),
                        wish.map(DesiredEngine::loading).orElse(LoadOptions.NONE),
                        Set.of());
        return Load.standby(demand, replica.contextLength(), used, now);
    }

    /** A standby's load is over. */
    void over(Load load, LoadOutcome outcome, long now) {
        if (load.isStandby() && outcome instanceof LoadOutcome.Failed failed) {
            tries.computeIfPresent(
                    load.digest(), (_, last) -> new Try(now, last.alive(), failed.detail()));
        }
    }

    /**
     * Whether a replica whose own time is over goes on, because others of its model are used: they
     * go together.
     */
    boolean holds(ModelDigest digest, long now) {
        List<Ready> replicas = ready().getOrDefault(digest, List.of());
        if (replicas.isEmpty() || standbys(replicas) == 0) {
            return false;
        }
        boolean surplus = replicas.size() > 1 + standbys(replicas);
        boolean inUse =
                replicas.stream().anyMatch(each -> each.replica().expiresAt().isEmpty())
                        || now < usedUntil.getOrDefault(digest, 0L);
        return inUse && !surplus;
    }

    /** All replicas of the model are to go. */
    void forget(ModelDigest digest) {
        tries.remove(digest);
        usedUntil.remove(digest);
        seenAt.remove(digest);
    }

    /** How it stands with the standbys of a model; empty where its policy wishes for none. */
    Optional<Standby> state(ModelRef model, ModelDigest digest) {
        int wanted = policies.of(model).standby().orElse(0);
        if (wanted == 0) {
            return Optional.empty();
        }
        int ready = ready().getOrDefault(digest, List.of()).size();
        Try last = tries.get(digest);
        return Optional.of(
                new Standby(wanted, Math.max(0, ready - 1), last == null ? "" : last.reason()));
    }
}
