package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replicas of which a gateway says that they failed it, and what turned out. All agents of such a
 * replica are asked for their reports at once and again until {@link #SETTLED_MILLIS} have passed:
 * the first answer may be older than the end of its engine. A replica that is ready even then lives
 * on for all others: one gateway that cannot reach it is no reason to end it. Used by one thread.
 */
final class Doubts {

    /** An agent notices the end of an engine within some 100 ms. */
    static final long SETTLED_MILLIS = 1_000;

    /**
     * After this an agent that was asked and said nothing is taken for one that does not answer.
     */
    private static final long SILENT_MILLIS = 1_500;

    private static final long AGAIN_MILLIS = 200;

    /**
     * Well after it settled, so that loads that wait for the truth see it however many complain.
     */
    private static final long RAISED_AGAIN_MILLIS = 2_500;

    private static final long FORGOTTEN_MILLIS = 60_000;

    /** What is known of a replica that failed somebody. */
    private enum Truth {
        /** Its agents are being asked. */
        OPEN,
        /** Its engine ended, or its agent is down. */
        GONE,
        /** Its agent says that it is ready. */
        LIVES,
        /** Its agent does not answer us either. */
        UNREACHABLE
    }

    /** An agent that is to be asked for its report. */
    record Probe(AgentId agent, String address) {}

    /**
     * @param agents that have a process of it, its head's first
     */
    private record Doubt(List<AgentId> agents, long since) {}

    private static final class Asked {
        private boolean underWay;
        private long askedAt = Long.MIN_VALUE / 2;
        private long answeredAt = Long.MIN_VALUE / 2;
        private long missedAt = Long.MIN_VALUE / 2;
    }

    private final AgentBook agents;
    private final Map<ReplicaId, Doubt> doubts = new HashMap<>();
    private final Map<AgentId, Asked> asked = new HashMap<>();

    Doubts(AgentBook agents) {
        this.agents = agents;
    }

    /** Somebody was failed by these just now. */
    void raise(Set<ReplicaId> replicas, long now) {
        doubts.values().removeIf(doubt -> now - doubt.since() > FORGOTTEN_MILLIS);
        for (ReplicaId replica : replicas) {
            Doubt before = doubts.get(replica);
            if (before == null || now - before.since() > RAISED_AGAIN_MILLIS) {
                ready(replica)
                        .ifPresent(
                                head -> doubts.put(replica, new Doubt(agents(head, replica), now)));
            }
        }
    }

    private List<AgentId> agents(AgentStatus head, ReplicaId replica) {
        List<AgentId> all = new ArrayList<>(List.of(head.id()));
        head.replica(replica)
                .ifPresent(status -> status.stages().forEach(stage -> all.add(stage.agent())));
        return all.stream().distinct().toList();
    }

    /** Agents to be asked now; each is under way until it answered or did not. */
    List<Probe> claimDue(long now) {
        Set<AgentId> wanted = new HashSet<>();
        doubts.forEach(
                (replica, doubt) -> {
                    if (truth(replica, now) == Truth.OPEN) {
                        wanted.addAll(doubt.agents());
                    }
                });
        List<Probe> due = new ArrayList<>();
        for (AgentId agent : wanted) {
            Asked state = asked.computeIfAbsent(agent, _ -> new Asked());
            Optional<String> address =
                    agents.find(agent).filter(AgentStatus::alive).map(AgentStatus::address);
            if (address.isPresent() && !state.underWay && now - state.askedAt >= AGAIN_MILLIS) {
                state.underWay = true;
                state.askedAt = now;
                due.add(new Probe(agent, address.get()));
            }
        }
        return due;
    }

    void answered(AgentId agent, long now) {
        Asked state = asked.computeIfAbsent(agent, _ -> new Asked());
        state.underWay = false;
        state.answeredAt = now;
    }

    void unanswered(AgentId agent, long now) {
        Asked state = asked.computeIfAbsent(agent, _ -> new Asked());
        state.underWay = false;
        state.missedAt = now;
    }

    /** Whether it is not known yet of one of these whether it lives. */
    boolean open(Set<ReplicaId> replicas, long now) {
        return replicas.stream().anyMatch(replica -> truth(replica, now) == Truth.OPEN);
    }

    /** Whether one of these is ready and goes on. */
    boolean lives(Set<ReplicaId> replicas, long now) {
        return replicas.stream().anyMatch(replica -> truth(replica, now) == Truth.LIVES);
    }

    /** Agents that are not to be asked to do the work of these, with the reason. */
    Map<AgentId, String> agents(Set<ReplicaId> replicas, long now) {
        Map<AgentId, String> unusable = new HashMap<>();
        for (ReplicaId replica : replicas) {
            Truth truth = truth(replica, now);
            if (truth != Truth.GONE) {
                ready(replica).ifPresent(head -> unusable.put(head.id(), words(replica, truth)));
            }
        }
        return unusable;
    }

    private static String words(ReplicaId replica, Truth truth) {
        return switch (truth) {
            case UNREACHABLE -> "does not answer";
            case OPEN, LIVES, GONE ->
                    "runs replica %s, which failed this request".formatted(replica);
        };
    }

    private Truth truth(ReplicaId replica, long now) {
        Optional<AgentStatus> head = ready(replica);
        Doubt doubt = doubts.get(replica);
        if (head.isEmpty() || doubt == null) {
            return Truth.GONE;
        }
        Asked state = asked.getOrDefault(head.get().id(), new Asked());
        boolean missed = state.missedAt >= doubt.since() && state.missedAt > state.answeredAt;
        long age = now - doubt.since();
        if (missed || (age > SILENT_MILLIS && state.answeredAt < doubt.since())) {
            return Truth.UNREACHABLE;
        }
        return age < SETTLED_MILLIS || state.answeredAt < doubt.since() ? Truth.OPEN : Truth.LIVES;
    }

    /** Its agent, where that is alive and says that it is ready. */
    private Optional<AgentStatus> ready(ReplicaId replica) {
        return agents.alive().stream()
                .filter(
                        agent ->
                                agent.replica(replica)
                                        .map(status -> status.phase() == ReplicaStatus.Phase.READY)
                                        .orElse(false))
                .findFirst();
    }
}
