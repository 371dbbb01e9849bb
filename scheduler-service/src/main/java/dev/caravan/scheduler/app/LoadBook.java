package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The loads on their way, in the order they were asked for. Each takes these steps, and each step
 * is repeated on every change: choose an agent; if idle replicas have to make room, withdraw them
 * and choose again when they are gone; tell the agent; follow its reports until the engine is
 * ready, has ended, or shows no progress. Used by one thread.
 */
final class LoadBook {

    /** Attempts after which an agent that does not take a load is given up for it: some 3 s. */
    static final int ATTEMPTS = 5;

    /**
     * The least keep-alive a load is given, so that a replica does not expire before the request it
     * was loaded for arrives; that request sets the real one.
     */
    static final long LEAST_KEEP_ALIVE_MILLIS = 30_000;

    private final Settings settings;
    private final AgentBook agents;
    private final IdleTimes idleTimes;
    private final LoadFailures failures;
    private final Supplier<ReplicaId> newIds;
    private final DesiredBook desired;
    private final List<Load> loads = new ArrayList<>();

    LoadBook(
            Settings settings,
            AgentBook agents,
            IdleTimes idleTimes,
            LoadFailures failures,
            Supplier<ReplicaId> newIds,
            DesiredBook desired) {
        this.settings = settings;
        this.agents = agents;
        this.idleTimes = idleTimes;
        this.failures = failures;
        this.newIds = newIds;
        this.desired = desired;
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

    /** An engine on its way that nobody waits for: a leader or an agent had started it again. */
    private Optional<Load.Site> alreadyLoading(Demand demand, int contextLength) {
        for (AgentStatus agent : agents.alive()) {
            for (DesiredEngine engine : desired.engines(agent.id())) {
                boolean onItsWay =
                        agent.replica(engine.replica())
                                .map(status -> status.phase() == ReplicaStatus.Phase.LOADING)
                                .orElse(true);
                if (onItsWay
                        && engine.digest().equals(demand.digest())
                        && engine.contextLength() >= contextLength) {
                    return Optional.of(new Load.Site(agent.id(), engine, Set.of()));
                }
            }
        }
        return Optional.empty();
    }

    boolean awaits(ReplicaId replica) {
        return loads.stream()
                .flatMap(load -> load.site().stream())
                .anyMatch(site -> site.engine().replica().equals(replica));
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
        return load.site().isPresent() ? follow(load, load.site().get(), now) : place(load, now);
    }

    private Optional<LoadOutcome> place(Load load, long now) {
        var rooms = new RoomSurvey(desired, idleTimes, loads).rooms(agents.alive(), load.digest());
        return switch (Planner.plan(
                load, agents.all(), rooms, Settings.planned(settings.slots()))) {
            case Plan.No(var failure) -> Optional.of(failure);
            case Plan.Wait(var agent) ->
                    overdue(load, now)
                            ? Optional.of(Reasons.stillBusy(load, agent, settings.loadTimeout()))
                            : Optional.empty();
            case Plan.Go(var agent, var evict, var continuation) -> {
                go(load, agent, new HashSet<>(evict), continuation, now);
                yield Optional.empty();
            }
        };
    }

    private void go(
            Load load, AgentId agent, Set<ReplicaId> evict, Continuation continuation, long now) {
        DesiredEngine engine =
                new DesiredEngine(
                        newIds.get(),
                        load.model(),
                        load.digest(),
                        load.contextLength(),
                        settings.slots(),
                        continuation,
                        keepAlive(load));
        if (evict.isEmpty()) {
            desired.add(agent, engine, now);
        } else {
            withdraw(evict);
        }
        load.goesTo(new Load.Site(agent, engine, evict), now);
    }

    private static OptionalLong keepAlive(Load load) {
        OptionalLong wished = load.keepAliveMillis();
        return wished.isPresent() && wished.getAsLong() >= 0
                ? OptionalLong.of(Math.max(LEAST_KEEP_ALIVE_MILLIS, wished.getAsLong()))
                : wished;
    }

    private void withdraw(Set<ReplicaId> replicas) {
        for (AgentStatus agent : agents.all()) {
            replicas.forEach(replica -> desired.withdraw(agent.id(), replica));
        }
    }

    private Optional<LoadOutcome> follow(Load load, Load.Site site, long now) {
        Optional<AgentStatus> agent = agents.find(site.agent()).filter(AgentStatus::alive);
        if (agent.isEmpty()) {
            return elsewhere(load, site, "went down", now);
        }
        if (!site.told()) {
            return awaitRoom(load, site, now);
        }
        Optional<ReplicaStatus> replica = agent.get().replica(site.engine().replica());
        if (replica.isEmpty() && desired.failures(site.agent()) >= ATTEMPTS) {
            return elsewhere(load, site, "does not answer at " + agent.get().address(), now);
        }
        if (!desired.wishes(site.agent(), site.engine().replica())) {
            return replica.isPresent() && replica.get().ended()
                    ? Optional.of(ended(load, agent.get(), replica.get(), now))
                    : elsewhere(load, site, "let go of its engine", now);
        }
        if (replica.isPresent() && replica.get().phase() == ReplicaStatus.Phase.READY) {
            return Optional.of(ready(load, agent.get(), replica.get()));
        }
        replica.ifPresent(status -> load.sees(status, now));
        return giveUpWithoutProgress(load, site, now);
    }

    private Optional<LoadOutcome> elsewhere(Load load, Load.Site site, String why, long now) {
        desired.withdraw(site.agent(), site.engine().replica());
        load.lost(site.agent(), why, now);
        return place(load, now);
    }

    private Optional<LoadOutcome> awaitRoom(Load load, Load.Site site, long now) {
        boolean held =
                agents.alive().stream()
                        .flatMap(agent -> agent.replicas().stream())
                        .anyMatch(
                                replica -> site.after().contains(replica.id()) && !replica.ended());
        if (held) {
            return giveUpWithoutProgress(load, site, now);
        }
        load.plansAgain(now);
        return place(load, now);
    }

    private LoadOutcome.Failed ended(
            Load load, AgentStatus agent, ReplicaStatus replica, long now) {
        LoadOutcome.Failed failure = Reasons.engineEnded(load, agent, replica);
        failures.failed(load.digest(), failure, now);
        return failure;
    }

    private LoadOutcome.Ready ready(Load load, AgentStatus agent, ReplicaStatus replica) {
        failures.succeeded(load.digest());
        for (AgentStatus other : agents.all()) {
            for (DesiredEngine engine : desired.engines(other.id())) {
                if (engine.digest().equals(load.digest())
                        && engine.contextLength() < load.contextLength()
                        && !engine.replica().equals(replica.id())
                        && !awaits(engine.replica())) {
                    desired.withdraw(other.id(), engine.replica());
                }
            }
        }
        return new LoadOutcome.Ready(
                desired.version(agent.id()),
                agent.snapshot(),
                ViewContent.snapshot(agent.id(), replica));
    }

    private Optional<LoadOutcome> giveUpWithoutProgress(Load load, Load.Site site, long now) {
        if (!overdue(load, now)) {
            return Optional.empty();
        }
        desired.withdraw(site.agent(), site.engine().replica());
        LoadOutcome.Failed failure = Reasons.noProgress(load, settings.loadTimeout());
        failures.failed(load.digest(), failure, now);
        return Optional.of(failure);
    }

    private boolean overdue(Load load, long now) {
        return now - load.progressAt() > settings.loadTimeout().toMillis();
    }
}
