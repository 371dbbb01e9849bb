package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import java.util.List;
import java.util.Set;

/**
 * The memory one agent can offer, as it last reported it.
 *
 * @param hostId agents with the same one share {@code total} and {@code available}
 * @param total bytes of the host's main memory
 * @param available bytes of it that could be had now without swapping
 * @param budget the most this agent may use in all
 * @param used resident bytes of its engines
 * @param engines all that hold or were promised memory of this agent
 * @param mostEngines it may have at once; 0: as many as fit
 */
public record AgentRoom(
        AgentId agent,
        String hostId,
        ByteSize total,
        ByteSize available,
        ByteSize budget,
        ByteSize used,
        List<HeldEngine> engines,
        int mostEngines) {

    public AgentRoom {
        engines = List.copyOf(engines);
    }

    public AgentRoom(
            AgentId agent,
            String hostId,
            ByteSize total,
            ByteSize available,
            ByteSize budget,
            ByteSize used,
            List<HeldEngine> engines) {
        this(agent, hostId, total, available, budget, used, engines, 0);
    }

    /** Whether it may have no further engine even once these replicas are gone. */
    boolean full(Set<ReplicaId> gone) {
        return mostEngines > 0
                && engines.stream().filter(engine -> !gone.contains(engine.replica())).count()
                        >= mostEngines;
    }

    long outstanding() {
        return engines.stream().mapToLong(HeldEngine::outstanding).sum();
    }
}
