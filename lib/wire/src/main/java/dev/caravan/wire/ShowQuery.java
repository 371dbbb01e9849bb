package dev.caravan.wire;

/** Asks for everything known of a model; {@code verbose}: large arrays too. */
public record ShowQuery(String name, boolean verbose) {}
