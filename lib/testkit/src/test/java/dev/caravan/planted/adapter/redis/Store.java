package dev.caravan.planted.adapter.redis;

/** Keeps to the rules. */
public class Store {}
