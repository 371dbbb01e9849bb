package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import java.util.List;

/** Where an engine goes, or why nowhere. */
public sealed interface Placement {

    /**
     * It fits on one agent.
     *
     * @param evict idle replicas, of any agent of that host, that have to be gone before it starts;
     *     longest idle first
     */
    record Single(AgentId agent, List<ReplicaId> evict) implements Placement {
        public Single {
            evict = List.copyOf(evict);
        }
    }

    /**
     * It would fit on this agent if replicas that are busy or leaving were gone; nothing is to be
     * done but wait.
     */
    record Later(AgentId agent) implements Placement {}

    /**
     * It fits nowhere, not even alone.
     *
     * @param shortfall bytes that are missing on the best agent when all engines are gone
     * @param best the agent that comes closest
     * @param room bytes the best agent could offer then
     */
    record NoFit(ByteSize shortfall, AgentId best, ByteSize room) implements Placement {}
}
