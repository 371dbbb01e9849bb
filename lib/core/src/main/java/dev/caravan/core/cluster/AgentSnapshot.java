package dev.caravan.core.cluster;

/**
 * An agent as the data plane sees it.
 *
 * @param hostId the machine it runs on; agents on one machine share its memory
 * @param address where it is reached, {@code http://host:port}
 */
public record AgentSnapshot(AgentId id, String hostId, String address, Verdict verdict) {

    /** What the health service makes of an agent. */
    public enum Verdict {
        READY,
        /** Silent for longer than its own habit; still used when nothing better is there. */
        SUSPECT,
        DOWN
    }
}
