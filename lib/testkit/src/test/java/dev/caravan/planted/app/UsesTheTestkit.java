package dev.caravan.planted.app;

import dev.caravan.testkit.ManualClock;

/** Breaks: production knows no testkit. */
public class UsesTheTestkit {
    ManualClock clock = ManualClock.anytime();
}
