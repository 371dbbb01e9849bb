package dev.caravan.core.planted;

import java.time.Instant;

/** Breaks: time is passed in. */
public class ReadsTheClock {
    Instant seen = Instant.now();
}
