package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;

/**
 * An agent that could run an engine or lend memory to one.
 *
 * @param holdsFile whether it has the model's file, which only a head needs
 */
public record Peer(AgentId agent, EngineKind engine, boolean holdsFile) {}
