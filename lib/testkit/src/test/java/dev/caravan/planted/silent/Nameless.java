package dev.caravan.planted.silent;

/** Breaks: every package says what it is for. */
public class Nameless {}
