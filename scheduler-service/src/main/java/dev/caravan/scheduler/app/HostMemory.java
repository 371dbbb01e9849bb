package dev.caravan.scheduler.app;

import dev.caravan.core.model.ByteSize;

/**
 * An agent's word on the memory of its host; see {@link dev.caravan.core.placement.AgentRoom}.
 *
 * @param used resident bytes of the agent's engines
 */
public record HostMemory(ByteSize total, ByteSize available, ByteSize budget, ByteSize used) {}
