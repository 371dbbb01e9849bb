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
 */
public record AgentState(
        AgentId id, URI address, long freeBytes, long modelBytes, List<LoadedReplica> loaded) {

    public AgentState {
        loaded = List.copyOf(loaded);
    }

    /**
     * A model in an engine's memory.
     *
     * @param digest 64 hex digits
     * @param memory resident bytes of the engine
     * @param contextLength tokens one request may have
     * @param expiresAt when it leaves if nobody asks; empty while it answers, {@link Instant#MAX}
     *     for never
     */
    public record LoadedReplica(
            AgentId agent,
            ModelRef model,
            String digest,
            ModelDescription description,
            long memory,
            int contextLength,
            Optional<Instant> expiresAt) {}
}
