package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ReplicaSnapshot;

/** A replica that is ready, and the agent that has it. */
public record Loaded(ReplicaSnapshot replica, AgentSnapshot agent) {}
