package dev.caravan.wire.planted;

/** Keeps to the rules. */
public class Message {}
