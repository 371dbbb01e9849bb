package dev.caravan.wire;

/** Gives a model a second name; what had that name before loses it. */
public record CopyMessage(String source, String destination) {}
