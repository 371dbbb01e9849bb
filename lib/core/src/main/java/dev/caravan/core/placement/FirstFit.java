package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
            AgentRoom room = FreeMemory.room(agent, rooms);
            return new Offer(room, FreeMemory.host(room.hostId(), rooms));
        }

        /** Bytes this agent could give to a new engine once the named ones are gone; may be < 0. */
        long free(Set<ReplicaId> gone) {
            return Math.min(FreeMemory.ofHost(host, gone), FreeMemory.ofAgent(room, gone));
        }

        long freeWhenEmpty() {
            return free(FreeMemory.replicas(host, _ -> true));
        }

        Optional<List<ReplicaId>> evictionFor(long need) {
            return Eviction.least(
                            FreeMemory.idle(host),
                            gone -> free(gone) >= need ? Optional.of(need) : Optional.empty())
                    .map(Eviction.Found::evict);
        }
    }
}
