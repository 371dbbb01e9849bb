package dev.caravan.core.routing;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ReplicaSnapshot;

/**
 * A replica that could answer, with what is known of its load now.
 *
 * @param busy slots in use: what the agent told last or what we hold ourselves, whichever is more
 */
public record Candidate(ReplicaSnapshot replica, AgentSnapshot agent, int busy) {

    public Candidate {
        if (busy < 0) {
            throw new IllegalArgumentException(
                    "busy slots of " + replica.id() + ": " + busy + " (expected: >= 0)");
        }
    }

    public boolean hasFreeSlot() {
        return busy < replica.slots();
    }
}
