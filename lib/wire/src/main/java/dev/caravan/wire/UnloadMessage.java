package dev.caravan.wire;

/** Ends all replicas of a model once their requests are done. */
public record UnloadMessage(String requestId, String digest) {}
