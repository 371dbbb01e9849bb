package dev.caravan.scheduler.app;

import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.FitRequest;

/** What became of a wish for a place. */
public sealed interface Fit {

    record Planned(FitRequest request, FitPlan plan) implements Fit {}

    /** Nothing could be planned. */
    record Refused(LoadOutcome.Failed failure) implements Fit {}
}
