package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What agents and hosts could give to new engines; {@link FirstFit} has the formula. */
final class FreeMemory {

    private static final Comparator<HeldEngine> LONGEST_IDLE_FIRST =
            Comparator.comparingLong(HeldEngine::idleSince).thenComparing(HeldEngine::replica);

    private FreeMemory() {}

    static AgentRoom room(AgentId agent, List<AgentRoom> rooms) {
        return rooms.stream()
                .filter(any -> any.agent().equals(agent))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "candidate %s (expected: one of the rooms)"
                                                .formatted(agent)));
    }

    static List<AgentRoom> host(String hostId, List<AgentRoom> rooms) {
        return rooms.stream().filter(any -> any.hostId().equals(hostId)).toList();
    }

    /**
     * Bytes within the agent's own budget once the named replicas are gone, none where it has as
     * many engines as it may; may be below zero.
     */
    static long ofAgent(AgentRoom room, Set<ReplicaId> gone) {
        if (room.full(gone)) {
            return 0;
        }
        return room.budget().bytes()
                - room.used().bytes()
                - room.outstanding()
                + returned(room, gone);
    }

    /** Bytes of the machine once the named replicas are gone; may be below zero. */
    static long ofHost(List<AgentRoom> host, Set<ReplicaId> gone) {
        // Reports of one host are not of one moment: the lowest figure is the safe one.
        long available = Long.MAX_VALUE;
        long total = Long.MAX_VALUE;
        long used = 0;
        long outstanding = 0;
        long returned = 0;
        for (AgentRoom member : host) {
            available = Math.min(available, member.available().bytes());
            total = Math.min(total, member.total().bytes());
            used += member.used().bytes();
            outstanding += member.outstanding();
            returned += returned(member, gone);
        }
        return Math.min(available, total - used) - outstanding + returned;
    }

    private static long returned(AgentRoom room, Set<ReplicaId> gone) {
        return room.engines().stream()
                .filter(engine -> gone.contains(engine.replica()))
                .mapToLong(HeldEngine::hold)
                .sum();
    }

    static Set<ReplicaId> replicas(List<AgentRoom> rooms, Predicate<HeldEngine> wanted) {
        Set<ReplicaId> found = new LinkedHashSet<>();
        for (AgentRoom room : rooms) {
            room.engines().stream().filter(wanted).forEach(engine -> found.add(engine.replica()));
        }
        return found;
    }

    /** Replicas that may be given up, in the order in which they are. */
    static List<ReplicaId> idle(List<AgentRoom> rooms) {
        List<HeldEngine> idle = new ArrayList<>();
        rooms.forEach(
                room ->
                        room.engines().stream()
                                .filter(engine -> engine.use() == HeldEngine.Use.IDLE)
                                .forEach(idle::add));
        return idle.stream()
                .sorted(LONGEST_IDLE_FIRST)
                .map(HeldEngine::replica)
                .distinct()
                .toList();
    }
}
