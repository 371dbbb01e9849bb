package dev.caravan.planted.dialect.ollama;

/** Keeps to the rules. */
public class Shape {}
