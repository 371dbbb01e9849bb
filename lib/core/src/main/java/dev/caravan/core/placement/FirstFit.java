package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.HeldEngine.Use;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Takes the first agent that has room for an engine.
 *
 * <p>Free memory of an agent is the least of three, each less what was promised and is not resident
 * yet:
 *
 * <pre>
 *   available of the host         - promises of all its agents
 *   total - used by all agents    - promises of all its agents
 *   budget - used of the agent    - promises of the agent
 * </pre>
 *
 * The first counts other programs; the second is needed because the system calls the pages of a
 * mapped model file available although an engine reads them for each token; the third is the
 * operator's word. Promises are counted per host, so two agents of one machine cannot both give
 * away the same bytes.
 *
 * <p>Regimes: (1) the first candidate with room as things are; (2) the candidate that gets it by
 * giving up the fewest idle engines, the longest idle first; (3) a candidate that would have it if
 * busy or leaving engines were gone: wait; (4) none, with the bytes that are missing. An engine
 * with a running request is never given up. Best fit was not taken: with a handful of engines per
 * host it packs no better and makes the answer depend on figures that change each second.
 *
 * <p>Cost: O(candidates x engines^2 of a host).
 */
public final class FirstFit {

    private static final Comparator<HeldEngine> LONGEST_IDLE_FIRST =
            Comparator.comparingLong(HeldEngine::idleSince).thenComparing(HeldEngine::replica);

    private FirstFit() {}

    /**
     * @param need see {@link MemoryNeed}
     * @param candidates agents that could run it, in order of preference; at least one
     * @param rooms all agents, the candidates among them
     * @throws IllegalArgumentException where there is no candidate or one has no room
     */
    public static Placement place(ByteSize need, List<AgentId> candidates, List<AgentRoom> rooms) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("candidates: none (expected: at least one agent)");
        }
        List<Offer> offers = candidates.stream().map(agent -> Offer.of(agent, rooms)).toList();
        for (Offer offer : offers) {
            if (offer.free(Set.of()) >= need.bytes()) {
                return new Placement.Single(offer.room().agent(), List.of());
            }
        }
        return leastEviction(need, offers).orElseGet(() -> laterOrNever(need, offers));
    }

    private static Optional<Placement> leastEviction(ByteSize need, List<Offer> offers) {
        Optional<Placement.Single> best = Optional.empty();
        for (Offer offer : offers) {
            Optional<List<ReplicaId>> evict = offer.evictionFor(need.bytes());
            if (evict.isPresent()
                    && best.map(found -> evict.get().size() < found.evict().size()).orElse(true)) {
                best = Optional.of(new Placement.Single(offer.room().agent(), evict.get()));
            }
        }
        return best.map(Placement.class::cast);
    }

    private static Placement laterOrNever(ByteSize need, List<Offer> offers) {
        Offer best = offers.getFirst();
        for (Offer offer : offers) {
            if (offer.freeWhenEmpty() > best.freeWhenEmpty()) {
                best = offer;
            }
        }
        ByteSize room = new ByteSize(Math.max(0, best.freeWhenEmpty()));
        return room.compareTo(need) >= 0
                ? new Placement.Later(best.room().agent())
                : new Placement.NoFit(need.minusOrZero(room), best.room().agent(), room);
    }

    /** One candidate with all agents of its host, itself among them. */
    private record Offer(AgentRoom room, List<AgentRoom> host) {

        static Offer of(AgentId agent, List<AgentRoom> rooms) {
            AgentRoom room =
                    rooms.stream()
                            .filter(any -> any.agent().equals(agent))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "candidate %s (expected: one of the rooms)"
                                                            .formatted(agent)));
            return new Offer(
                    room,
                    rooms.stream().filter(any -> any.hostId().equals(room.hostId())).toList());
        }

        /** Bytes this agent could give to a new engine once the named ones are gone; may be < 0. */
        long free(Set<HeldEngine> gone) {
            long returned = 0;
            long returnedHere = 0;
            for (AgentRoom member : host) {
                long sum =
                        member.engines().stream()
                                .filter(gone::contains)
                                .mapToLong(HeldEngine::hold)
                                .sum();
                returned += sum;
                returnedHere += member.agent().equals(room.agent()) ? sum : 0;
            }
            return Math.min(hostFree() + returned, agentFree() + returnedHere);
        }

        private long hostFree() {
            // Reports of one host are not of one moment: the lowest figure is the safe one.
            long available = Long.MAX_VALUE;
            long total = Long.MAX_VALUE;
            long used = 0;
            long outstanding = 0;
            for (AgentRoom member : host) {
                available = Math.min(available, member.available().bytes());
                total = Math.min(total, member.total().bytes());
                used += member.used().bytes();
                outstanding += member.outstanding();
            }
            return Math.min(available, total - used) - outstanding;
        }

        private long agentFree() {
            return room.budget().bytes() - room.used().bytes() - room.outstanding();
        }

        long freeWhenEmpty() {
            return free(engines(_ -> true));
        }

        Optional<List<ReplicaId>> evictionFor(long need) {
            List<HeldEngine> idle =
                    engines(engine -> engine.use() == Use.IDLE).stream()
                            .sorted(LONGEST_IDLE_FIRST)
                            .toList();
            Set<HeldEngine> gone = new HashSet<>();
            for (HeldEngine engine : idle) {
                if (free(gone) < need) {
                    gone.add(engine);
                }
            }
            if (free(gone) < need) {
                return Optional.empty();
            }
            return Optional.of(withoutNeedless(need, idle, gone));
        }

        /** What was taken early may have become needless; the most recently used stays first. */
        private List<ReplicaId> withoutNeedless(
                long need, List<HeldEngine> idle, Set<HeldEngine> gone) {
            for (HeldEngine engine : idle.reversed()) {
                if (gone.remove(engine) && free(gone) < need) {
                    gone.add(engine);
                }
            }
            List<ReplicaId> evict = new ArrayList<>();
            for (HeldEngine engine : idle) {
                if (gone.contains(engine)) {
                    evict.add(engine.replica());
                }
            }
            return evict;
        }

        private Set<HeldEngine> engines(Predicate<HeldEngine> wanted) {
            Set<HeldEngine> found = new HashSet<>();
            for (AgentRoom member : host) {
                member.engines().stream().filter(wanted).forEach(found::add);
            }
            return found;
        }
    }
}
