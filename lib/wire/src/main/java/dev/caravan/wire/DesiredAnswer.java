package dev.caravan.wire;

/** The highest version the agent holds now; {@code accepted} is false where the offer was older. */
public record DesiredAnswer(boolean accepted, long epoch, long generation) {}
