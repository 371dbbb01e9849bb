package dev.caravan.health.planted;

/** Keeps to the rules. */
public class Verdicts {}
