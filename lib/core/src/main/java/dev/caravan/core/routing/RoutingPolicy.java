package dev.caravan.core.routing;

/** A preference among the replicas that can answer; policies add up. */
@FunctionalInterface
public interface RoutingPolicy {

    /** Removes a replica, whatever the other terms say. */
    double EXCLUDED = Double.POSITIVE_INFINITY;

    /** Lower wins. A pure function of its two arguments. */
    double cost(RouteRequest request, Candidate candidate);

    default RoutingPolicy plus(RoutingPolicy other) {
        return (request, candidate) -> cost(request, candidate) + other.cost(request, candidate);
    }

    /**
     * @param factor above 0; at 0 an exclusion would become not-a-number
     */
    default RoutingPolicy times(double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: > 0)");
        }
        return (request, candidate) -> factor * cost(request, candidate);
    }

    /** The share of slots in use, 0 to 1: a larger replica takes more of the requests. */
    static RoutingPolicy occupancy() {
        return (request, candidate) -> (double) candidate.busy() / candidate.replica().slots();
    }

    /** 1 for an agent that is suspected, 0 for one that is well; a dead one is excluded. */
    static RoutingPolicy suspicion() {
        return (request, candidate) ->
                switch (candidate.agent().verdict()) {
                    case READY -> 0;
                    case SUSPECT -> 1;
                    case DOWN -> EXCLUDED;
                };
    }
}
