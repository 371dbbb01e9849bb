package dev.caravan.planted.api;

import dev.caravan.planted.adapter.redis.Store;

/** Breaks: the edge calls no adapter. */
public class CallsAnAdapter {
    Store store = new Store();
}
