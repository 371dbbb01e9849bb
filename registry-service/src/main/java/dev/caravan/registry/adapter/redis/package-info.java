/**
 * Reads the health service's records and writes the catalogue. Start at {@link
 * dev.caravan.registry.adapter.redis.AgentRecords}.
 */
@NullMarked
package dev.caravan.registry.adapter.redis;

import org.jspecify.annotations.NullMarked;
