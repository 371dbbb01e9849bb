package dev.caravan.worker.app.status;

import dev.caravan.core.cluster.AgentId;
import java.time.Instant;

/**
 * Who this agent is; does not change while it runs.
 *
 * @param host the same for all agents of one machine
 * @param version of Caravan
 * @param startedAt of this process
 * @param cores its engines may use
 * @param budget bytes its engines may use in all
 */
public record AgentIdentity(
        AgentId agent, String host, String version, Instant startedAt, int cores, long budget) {}
