package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Something an agent tells at once instead of waiting to be asked.
 *
 * @param subject the replica, member or model it is about
 * @param detail for people; an exit code and last lines where an engine ended
 * @param report the agent's report right after it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentEvent(
        String agentId,
        long at,
        Type type,
        String subject,
        @Nullable String detail,
        AgentReport report) {

    public enum Type {
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
