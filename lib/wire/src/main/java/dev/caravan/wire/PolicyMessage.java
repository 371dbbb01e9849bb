package dev.caravan.wire;

/**
 * A model's policy as it lies beside the manifest.
 *
 * @param continuation "fluent", "exact" or "repeat"
 */
public record PolicyMessage(long epoch, long number, String continuation) {}
