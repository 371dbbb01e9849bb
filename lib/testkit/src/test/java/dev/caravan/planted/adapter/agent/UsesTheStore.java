package dev.caravan.planted.adapter.agent;

import dev.caravan.planted.adapter.redis.Store;

/** Breaks: adapters stand alone. */
public class UsesTheStore {
    Store store = new Store();
}
