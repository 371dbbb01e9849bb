package dev.caravan.wire;

import java.util.List;

/**
 * Takes a model in from other agents.
 *
 * @param digest of its manifest, 64 hex digits
 * @param holders addresses of agents that have it, {@code http://host:port}
 */
public record FetchMessage(String name, String digest, List<String> holders) {}
