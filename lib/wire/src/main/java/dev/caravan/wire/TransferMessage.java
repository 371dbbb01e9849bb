package dev.caravan.wire;

/**
 * Takes a model in from the registry that its name says, or sends it there.
 *
 * @param insecure over plain HTTP
 */
public record TransferMessage(String name, boolean insecure) {}
