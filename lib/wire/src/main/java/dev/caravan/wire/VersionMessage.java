package dev.caravan.wire;

/** A fenced version: the leader's epoch, and a number within it. */
public record VersionMessage(long epoch, long number) {}
