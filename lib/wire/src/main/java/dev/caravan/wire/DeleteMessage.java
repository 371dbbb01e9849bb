package dev.caravan.wire;

/** Removes a model, in any spelling of its name. */
public record DeleteMessage(String name) {}
