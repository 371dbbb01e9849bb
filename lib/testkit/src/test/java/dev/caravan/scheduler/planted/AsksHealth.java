package dev.caravan.scheduler.planted;

import dev.caravan.health.planted.Verdicts;

/** Breaks: no service depends on a service. */
public class AsksHealth {
    Verdicts verdicts = new Verdicts();
}
