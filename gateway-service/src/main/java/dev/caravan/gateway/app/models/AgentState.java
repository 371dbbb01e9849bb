package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelRef;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an agent says of itself.
 *
 * @param freeBytes on the file system that holds its models
 * @param modelBytes that its models take
 * @param lent memory it lends to split replicas of other agents, or its own
 */
public record AgentState(
        AgentId id,
        URI address,
        long freeBytes,
        long modelBytes,
        List<LoadedReplica> loaded,
        List<Lent> lent) {

    public AgentState {
        loaded = List.copyOf(loaded);
        lent = List.copyOf(lent);
    }

    /**
     * Memory of a split replica that its head does not hold.
     *
     * @param replica the head's replica id
     * @param memory resident bytes
     */
    public record Lent(AgentId agent, String replica, long memory) {}

    /**
     * A model in an engine's memory.
     *
     * @param replica its id
     * @param digest 64 hex digits
     * @param memory resident bytes of the engine
     * @param contextLength tokens one request may have
     * @param expiresAt when it leaves if nobody asks; empty while it answers, {@link Instant#MAX}
     *     for never
     */
    public record LoadedReplica(
            AgentId agent,
            String replica,
            ModelRef model,
            String digest,
            ModelDescription description,
            long memory,
            int contextLength,
            Optional<Instant> expiresAt) {}
}
