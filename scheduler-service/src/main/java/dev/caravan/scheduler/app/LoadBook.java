package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.placement.AgentRoom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The loads on their way, in the order they were asked for. Each takes these steps, and each step
 * is repeated on every change: choose an agent; if idle replicas have to make room, withdraw them
 * and choose again when they are gone; tell the agent; follow its reports until the engine is
 * ready, has ended, or shows no progress. Used by one thread.
 */
final class LoadBook {

    /** Attempts after which an agent that does not take a load is given up for it: some 3 s. */
    static final int ATTEMPTS = 5;

    private final AgentBook agents;
    private final DesiredBook desired;
    private final Forming forming;
    private final LoadPlacing placing;
    private final LoadFollowing following;
    private final List<Load> loads = new ArrayList<>();

    LoadBook(
            Settings settings,
            AgentBook agents,
            IdleTimes idleTimes,
            LoadFailures failures,
            Supplier<ReplicaId> newIds,
            DesiredBook desired,
            CopyBook copies,
            Policies policies,
            Doubts doubts,
            Quarantine quarantine) {
        this.agents = agents;
        this.desired = desired;
        this.forming = new Forming(agents, desired);
        this.placing =
                new LoadPlacing(
                        settings,
                        agents,
                        idleTimes,
                        newIds,
                        desired,
                        policies,
                        forming,
                        copies,
                        doubts,
                        quarantine,
                        loads);
        this.following =
                new LoadFollowing(
                        settings, agents, failures, desired, forming, placing, this::awaits);
    }

    /** The load that serves the demand: one that is on its way, or a new one. */
    Load join(Demand demand, int contextLength, long now) {
        for (Load load : loads) {
            if (load.takesIn(demand, contextLength)) {
                return load;
            }
        }
        Load load = new Load(demand, contextLength, now);
        alreadyLoading(demand, contextLength).ifPresent(site -> load.goesTo(site, now));
        loads.add(load);
        return load;
    }

    /** Begins one that nobody waits for, where there is free room for it. */
    boolean begin(Load standby, long now) {
        boolean place = placing.hasFreePlace(standby, now);
        if (place) {
            loads.add(standby);
        }
        return place;
    }

    /** Why there is no free room for that load. */
    String why(Load standby, long now) {
        return placing.place(standby, now)
                .map(outcome -> outcome instanceof LoadOutcome.Failed failed ? failed.detail() : "")
                .orElse("");
    }

    /** Whether a replica of that model is on its way. */
    boolean loads(ModelDigest digest) {
        return loads.stream().anyMatch(load -> load.digest().equals(digest));
    }

    /** Ends what is on its way to be a standby of that model. */
    void endStandbys(ModelDigest digest) {
        List<Load> unneeded =
                loads.stream()
                        .filter(load -> load.isStandby() && load.digest().equals(digest))
                        .toList();
        unneeded.forEach(load -> load.site().ifPresent(forming::end));
        loads.removeAll(unneeded);
    }

    /** An engine on its way that nobody waits for: a leader or an agent had started it again. */
    private Optional<Load.Site> alreadyLoading(Demand demand, int contextLength) {
        for (AgentStatus agent : agents.alive()) {
            for (DesiredEngine engine : desired.engines(agent.id())) {
                // one that failed somebody may be on its way again under the same id
                boolean onItsWay =
                        agent.replica(engine.replica())
                                .map(status -> status.phase() == ReplicaStatus.Phase.LOADING)
                                .orElse(!demand.avoided().contains(engine.replica()));
                if (onItsWay
                        && engine.digest().equals(demand.digest())
                        && engine.contextLength() >= contextLength) {
                    return Optional.of(forming.known(agent.id(), engine));
                }
            }
        }
        return Optional.empty();
    }

    /** Replicas that will be told although they are not wished for yet. */
    Set<ReplicaId> forming() {
        return loads.stream()
                .flatMap(load -> load.site().stream())
                .filter(site -> site.step() == Load.Step.MEMBERS)
                .map(Load.Site::replica)
                .collect(Collectors.toSet());
    }

    /** What agents can offer to a model. */
    List<AgentRoom> rooms(ModelDigest digest) {
        return placing.rooms(digest);
    }

    boolean awaits(ReplicaId replica) {
        return loads.stream()
                .flatMap(load -> load.site().stream())
                .anyMatch(site -> site.replica().equals(replica));
    }

    List<Load> all() {
        return List.copyOf(loads);
    }

    /** Takes every load as far as it goes now; those that are over leave the book. */
    Map<Load, LoadOutcome> advance(long now) {
        Map<Load, LoadOutcome> over = new HashMap<>();
        for (Load load : List.copyOf(loads)) {
            advance(load, now)
                    .ifPresent(
                            outcome -> {
                                over.put(load, outcome);
                                loads.remove(load);
                            });
        }
        return over;
    }

    private Optional<LoadOutcome> advance(Load load, long now) {
        return load.site().isPresent()
                ? following.follow(load, load.site().get(), now)
                : placing.place(load, now);
    }
}
