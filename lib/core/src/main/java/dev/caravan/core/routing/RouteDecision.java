package dev.caravan.core.routing;

import dev.caravan.core.fault.FaultCode;

/** What becomes of a request at this moment. */
public sealed interface RouteDecision {

    /** This replica has a slot for it. */
    record Warm(Candidate candidate, String reason) implements RouteDecision {}

    /** Replicas can answer it, but none has a free slot: it waits. */
    record Busy() implements RouteDecision {}

    /** No replica can answer it: one has to be loaded. */
    record Cold() implements RouteDecision {}

    record Refused(FaultCode code, String detail) implements RouteDecision {}
}
