package dev.caravan.planted.app;

/** Breaks: time is passed in. */
public class ReadsNanoTime {
    long seen = System.nanoTime();
}
