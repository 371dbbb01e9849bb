package dev.caravan.scheduler.app;

/** How a wish to see or change a policy ended. */
public sealed interface PolicyOutcome {

    record Holds(ModelPolicy policy) implements PolicyOutcome {}

    record Refused(LoadOutcome.Failed failure) implements PolicyOutcome {}

    record NotLeading() implements PolicyOutcome {}
}
