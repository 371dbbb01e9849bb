package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.core.routing.RouteRequest;
import dev.caravan.gateway.app.ReplicaHealth.Standing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Selection without the replicas that failed too often. Where there is no other, a request is
 * refused at once: waiting for the moment at which one is tried again would only make the line
 * longer. While one is being tried, the others wait for how that ends.
 */
record WellReplicas(ReplicaSelector selector, ReplicaHealth health) {

    /**
     * @param held slots that this gateway has in use on a replica
     */
    RouteDecision select(RouteRequest request, ToIntFunction<ReplicaId> held) {
        Map<ReplicaId, Standing> unwell = health.unwell();
        RouteDecision decision = selector.select(request.avoiding(unwell.keySet()), held);
        return decision instanceof RouteDecision.Cold && !unwell.isEmpty()
                ? withoutAnother(request, unwell, decision)
                : decision;
    }

    private RouteDecision withoutAnother(
            RouteRequest request, Map<ReplicaId, Standing> unwell, RouteDecision cold) {
        if (!(selector.find(request) instanceof RouteDecision.Warm warm)) {
            return cold;
        }
        ReplicaSnapshot only = warm.candidate().replica();
        return switch (unwell.get(only.id())) {
            case null -> cold;
            case Standing.OnTrial() -> new RouteDecision.Busy();
            case Standing.Out(var until) -> refused(only, until);
        };
    }

    private static RouteDecision refused(ReplicaSnapshot only, Instant until) {
        return new RouteDecision.Refused(
                FaultCode.UPSTREAM_FAILED,
                "model %s: its replica failed too often of late and there is no other; it is tried again at %s"
                        .formatted(only.model(), until.truncatedTo(ChronoUnit.SECONDS)));
    }
}
