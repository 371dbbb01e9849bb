package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.core.routing.RouteRequest;
import dev.caravan.core.routing.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import reactor.core.scheduler.Scheduler;

/**
 * Gathers what the {@link Router} decides by: the view, what agents told of their load, what this
 * gateway holds itself. A replica that a load has just made is known here before the view brings
 * it.
 */
public final class ReplicaSelector {

    /** By then a view that has the replica has come, or the replica has gone again. */
    static final Duration LEARNED_HOLDS = Duration.ofSeconds(10);

    private final Router router;
    private final Views views;
    private final LoadBoard loads;
    private final Scheduler scheduler;
    private final GatewayMeters meters;
    private final Map<ReplicaId, Loaded> learned = new ConcurrentHashMap<>();

    public ReplicaSelector(
            Router router,
            Views views,
            LoadBoard loads,
            Scheduler scheduler,
            GatewayMeters meters) {
        this.router = router;
        this.views = views;
        this.loads = loads;
        this.scheduler = scheduler;
        this.meters = meters;
    }

    /**
     * @param held slots that this gateway has in use on a replica
     */
    public RouteDecision select(RouteRequest request, ToIntFunction<ReplicaId> held) {
        long start = meters.now();
        RouteDecision decision =
                router.route(
                        request,
                        view(),
                        replica ->
                                Math.max(
                                        held.applyAsInt(replica.id()),
                                        loads.busy(replica.agent(), replica.id())));
        meters.routed(decision, meters.since(start));
        return decision;
    }

    /** A replica that has the model, whether it has a free slot or not; never Busy. */
    RouteDecision find(RouteRequest request) {
        return router.route(request, view(), replica -> 0);
    }

    /** A load has made this replica; the next view may be older than that. */
    void learn(Loaded loaded) {
        ReplicaId id = loaded.replica().id();
        learned.put(id, loaded);
        scheduler.schedule(
                () -> learned.remove(id, loaded), LEARNED_HOLDS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A replica turned out to be gone. */
    void forget(ReplicaId id) {
        learned.remove(id);
    }

    private ClusterView view() {
        ClusterView view = views.current();
        if (learned.isEmpty()) {
            return view;
        }
        learned.keySet().removeAll(view.replicas().stream().map(ReplicaSnapshot::id).toList());
        return learned.isEmpty() ? view : with(view, List.copyOf(learned.values()));
    }

    private static ClusterView with(ClusterView view, List<Loaded> more) {
        List<AgentSnapshot> agents = new ArrayList<>(view.agents());
        List<ReplicaSnapshot> replicas = new ArrayList<>(view.replicas());
        for (Loaded loaded : more) {
            replicas.add(loaded.replica());
            if (agents.stream().noneMatch(agent -> agent.id().equals(loaded.agent().id()))) {
                agents.add(loaded.agent());
            }
        }
        return new ClusterView(view.version(), agents, view.models(), replicas);
    }
}
