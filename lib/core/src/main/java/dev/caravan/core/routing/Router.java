package dev.caravan.core.routing;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.fault.FaultCode;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Picks the cheapest replica that can answer and has a free slot.
 *
 * <p>A replica can answer when it runs the digest, its context covers the need, its agent is not
 * dead and it has not failed this request before. Among those, the least cost by the policy wins;
 * equal costs go by replica id, so that every gateway decides alike. O(replicas of the model).
 *
 * <p>A full replica is never chosen in the hope that it frees up: an engine queues without an order
 * that a client could see, so waiting is done before it, where order and length are known.
 */
public final class Router {

    /** Health, then load; a suspected agent is still used before a request has to wait. */
    public static final RoutingPolicy DEFAULT_POLICY =
            RoutingPolicy.suspicion().times(2).plus(RoutingPolicy.occupancy());

    private record Priced(Candidate candidate, double cost) {}

    private static final Comparator<Priced> CHEAPEST =
            Comparator.comparingDouble(Priced::cost)
                    .thenComparing(priced -> priced.candidate().replica().id());

    private final RoutingPolicy policy;

    public Router() {
        this(DEFAULT_POLICY);
    }

    public Router(RoutingPolicy policy) {
        this.policy = policy;
    }

    /**
     * @param busy slots in use on a replica, as far as is known; never negative
     */
    public RouteDecision route(
            RouteRequest request, ClusterView view, ToIntFunction<ReplicaSnapshot> busy) {
        List<Priced> able =
                view.replicasOf(request.digest()).stream()
                        .filter(replica -> replica.contextLength() >= request.contextLength())
                        .filter(replica -> !request.avoided().contains(replica.id()))
                        .flatMap(
                                replica ->
                                        view.agent(replica.agent()).stream()
                                                .map(
                                                        agent ->
                                                                new Candidate(
                                                                        replica,
                                                                        agent,
                                                                        busy.applyAsInt(replica))))
                        .map(candidate -> new Priced(candidate, policy.cost(request, candidate)))
                        .filter(priced -> priced.cost() < RoutingPolicy.EXCLUDED)
                        .toList();
        if (able.isEmpty()) {
            return known(request, view)
                    ? new RouteDecision.Cold()
                    : new RouteDecision.Refused(
                            FaultCode.MODEL_NOT_FOUND,
                            "digest " + request.digest() + " is on no agent's disk any more");
        }
        return able.stream()
                .filter(priced -> priced.candidate().hasFreeSlot())
                .min(CHEAPEST)
                .<RouteDecision>map(priced -> new RouteDecision.Warm(priced.candidate(), "loaded"))
                .orElseGet(RouteDecision.Busy::new);
    }

    private static boolean known(RouteRequest request, ClusterView view) {
        return view.models().stream().anyMatch(entry -> entry.digest().equals(request.digest()));
    }
}
