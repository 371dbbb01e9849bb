package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Tells the {@link Quarantine} of processes that ended and of runs that went well, both read off
 * the reports. A head that was aborted is its agent's doing only where none of its members ended
 * and none of their agents is down: with a member goes the head. Used by one thread.
 */
final class EndWatch {

    /** By then the end of a member that took the head with it has been told. */
    static final long BLAMED_AFTER_MILLIS = 1_500;

    /** A head goes with its member at once. */
    private static final long REMEMBERED_MILLIS = 10_000;

    private record Sight(int busy, OptionalLong expiresAt) {}

    /** The end of a head whose cause is not known yet. */
    private record Aborted(AgentId agent, ReplicaStatus head, long since) {}

    private final AgentBook agents;
    private final Quarantine quarantine;
    private final Map<AgentId, Long> known = new HashMap<>();
    private final Set<String> counted = new HashSet<>();
    private final Map<ReplicaId, Sight> sights = new HashMap<>();
    private final Map<ReplicaId, Aborted> aborted = new HashMap<>();
    private final Map<ReplicaId, Long> lostMembers = new HashMap<>();

    EndWatch(AgentBook agents, Quarantine quarantine) {
        this.agents = agents;
        this.quarantine = quarantine;
    }

    void observe(Collection<AgentStatus> all, long now) {
        Set<String> present = new HashSet<>();
        Set<ReplicaId> running = new HashSet<>();
        for (AgentStatus agent : all) {
            Long before = known.put(agent.id(), agent.startedAt());
            boolean first = before == null || before != agent.startedAt();
            for (ReplicaStatus replica : agent.replicas()) {
                present.add(replica.id().value());
                running.add(replica.id());
                look(agent, replica, first, now);
            }
            for (MemberStatus member : agent.members()) {
                present.add(member.id().value());
                if (member.ended() && counted.add(member.id().value()) && !first) {
                    quarantine.ended(agent.id(), member.model(), member.digest(), now);
                    lostMembers.put(member.group(), now);
                }
            }
        }
        counted.retainAll(present);
        sights.keySet().retainAll(running);
        blame(now);
        quarantine.forget(now);
    }

    /** What had ended when the agent was first heard of is not news. */
    private void look(AgentStatus agent, ReplicaStatus replica, boolean first, long now) {
        if (replica.phase() == ReplicaStatus.Phase.READY) {
            lookAtRuns(agent, replica);
        }
        if (!replica.ended() || !counted.add(replica.id().value()) || first) {
            return;
        }
        if (!replica.stages().isEmpty() && replica.aborted()) {
            aborted.put(replica.id(), new Aborted(agent.id(), replica, now));
        } else {
            quarantine.ended(agent.id(), replica.model(), replica.digest(), now);
        }
    }

    /** A run that was too short to be seen has moved the expiry. */
    private void lookAtRuns(AgentStatus agent, ReplicaStatus replica) {
        Sight sight = new Sight(replica.busy(), replica.expiresAt());
        Sight before = sights.put(replica.id(), sight);
        boolean ranWell =
                before != null
                        && sight.busy() == 0
                        && (before.busy() > 0 || later(sight.expiresAt(), before.expiresAt()));
        if (ranWell) {
            quarantine.wentWell(agent.id(), replica.digest());
            replica.stages().forEach(stage -> quarantine.wentWell(stage.agent(), replica.digest()));
        }
    }

    private static boolean later(OptionalLong now, OptionalLong before) {
        return now.isPresent() && before.isPresent() && now.getAsLong() > before.getAsLong();
    }

    private void blame(long now) {
        aborted.values()
                .removeIf(
                        end -> {
                            if (now - end.since() < BLAMED_AFTER_MILLIS) {
                                return false;
                            }
                            if (!lostMembers.containsKey(end.head().id())
                                    && end.head().stages().stream().allMatch(this::isThere)) {
                                quarantine.ended(
                                        end.agent(), end.head().model(), end.head().digest(), now);
                            }
                            return true;
                        });
        lostMembers.values().removeIf(since -> now - since > REMEMBERED_MILLIS);
    }

    private boolean isThere(GroupStage stage) {
        return agents.find(stage.agent()).map(AgentStatus::alive).orElse(false);
    }
}
