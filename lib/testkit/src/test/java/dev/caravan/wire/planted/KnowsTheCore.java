package dev.caravan.wire.planted;

import dev.caravan.core.planted.ReadsTheClock;

/** Breaks: wire stands alone. */
public class KnowsTheCore {
    ReadsTheClock decision = new ReadsTheClock();
}
