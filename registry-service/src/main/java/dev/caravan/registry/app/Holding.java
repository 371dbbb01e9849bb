package dev.caravan.registry.app;

/**
 * A model on one agent's disk.
 *
 * @param name as the agent spells it
 * @param modifiedAt milliseconds since 1970
 * @param about what is handed on without being looked into
 */
public record Holding<D>(String name, String digest, long modifiedAt, D about) {}
