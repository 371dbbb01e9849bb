package dev.caravan.worker.app.event;

/** Tells the control plane, as well as it can be reached; nobody waits for it. */
public interface AgentEvents {

    /**
     * @param subject the replica, member or model it is about
     * @param detail for people; empty where there is nothing to add
     */
    void tell(Kind kind, String subject, String detail);

    enum Kind {
        REPLICA_READY,
        REPLICA_FAILED,
        REPLICA_EXITED,
        REPLICA_STOPPED,
        /** A replica's keep-alive is over and it is idle. */
        REPLICA_EXPIRED,
        /** An RPC server waits for its head. */
        MEMBER_READY,
        /** An RPC server ended by itself, or never became ready. */
        MEMBER_EXITED,
        STORE_CHANGED,
        AGENT_STARTED,
        AGENT_STOPPING
    }
}
