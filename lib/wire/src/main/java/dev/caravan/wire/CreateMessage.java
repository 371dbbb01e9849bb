package dev.caravan.wire;

import java.util.Map;

/**
 * Makes a model out of blobs that the agent holds.
 *
 * @param files file name to {@code sha256:<hex>}
 * @param continuation policy of the new model; "fluent" unless said otherwise
 */
public record CreateMessage(String name, Map<String, String> files, String continuation) {}
