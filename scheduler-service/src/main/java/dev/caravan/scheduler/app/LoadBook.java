package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.placement.AgentRoom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
    private final Policies policies;
    private final Forming forming;
    private final List<Load> loads = new ArrayList<>();

    LoadBook(
            Settings settings,
            AgentBook agents,
            IdleTimes idleTimes,
            LoadFailures failures,
            Supplier<ReplicaId> newIds,
            DesiredBook desired,
            Policies policies) {
        this.settings = settings;
        this.agents = agents;
        this.idleTimes = idleTimes;
        this.failures = failures;
        this.newIds = newIds;
        this.desired = desired;
        this.policies = policies;
        this.forming = new Forming(agents, desired);
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
        return new RoomSurvey(desired, idleTimes, loads).rooms(agents.alive(), digest);
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
        return load.site().isPresent() ? follow(load, load.site().get(), now) : place(load, now);
    }

    private Optional<LoadOutcome> place(Load load, long now) {
        Wanted wanted =
                new Wanted(
                        load.model(),
                        load.digest(),
                        load.contextLength(),
                        load.distributed(),
                        policies.of(load.model()),
                        load.lost());
        return switch (Planner.plan(
                wanted, agents.all(), rooms(load.digest()), Settings.planned(settings.slots()))) {
            case Plan.No(var failure) -> Optional.of(failure);
            case Plan.Wait(var held) ->
                    overdue(load, now)
                            ? Optional.of(Reasons.stillBusy(load, held, settings.loadTimeout()))
                            : Optional.empty();
            case Plan.Go(var stages, var evict) -> {
                go(load, forming.site(engine(wanted, load), stages, new HashSet<>(evict)), now);
                yield Optional.empty();
            }
        };
    }

    private DesiredEngine engine(Wanted wanted, Load load) {
        return new DesiredEngine(
                newIds.get(),
                load.model(),
                load.digest(),
                load.contextLength(),
                settings.slots(),
                wanted.policy().continuation(),
                keepAlive(load),
                List.of(),
                wanted.policy().engineOptions());
    }

    private void go(Load load, Load.Site site, long now) {
        if (site.after().isEmpty()) {
            load.goesTo(forming.begin(site, now), now);
        } else {
            withdraw(site.after());
            load.goesTo(site, now);
        }
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
            return elsewhere(load, site, site.agent(), "went down", now);
        }
        return switch (site.step()) {
            case ROOM -> awaitRoom(load, site, now);
            case MEMBERS -> followMembers(load, site, now);
            case HEAD -> followHead(load, site, agent.get(), now);
        };
    }

    private Optional<LoadOutcome> followMembers(Load load, Load.Site site, long now) {
        return switch (forming.look(site)) {
            case Forming.Members.Lost(var agent, var why) -> elsewhere(load, site, agent, why, now);
            case Forming.Members.Starting(var sight) -> {
                load.sees(sight, now);
                yield giveUpWithoutProgress(load, site, now);
            }
            case Forming.Members.Ready() -> {
                desired.add(site.agent(), site.engine(), now);
                load.goesTo(site.at(Load.Step.HEAD), now);
                yield Optional.empty();
            }
        };
    }

    private Optional<LoadOutcome> followHead(
            Load load, Load.Site site, AgentStatus agent, long now) {
        if (forming.look(site) instanceof Forming.Members.Lost(var lost, var why)) {
            return elsewhere(load, site, lost, why, now);
        }
        Optional<ReplicaStatus> replica = agent.replica(site.replica());
        if (replica.isEmpty() && desired.failures(site.agent()) >= ATTEMPTS) {
            return elsewhere(
                    load, site, site.agent(), "does not answer at " + agent.address(), now);
        }
        if (!desired.wishes(site.agent(), site.replica())) {
            return replica.isPresent() && replica.get().ended()
                    ? ended(load, site, agent, replica.get(), now)
                    : elsewhere(load, site, site.agent(), "let go of its engine", now);
        }
        if (replica.isPresent() && replica.get().phase() == ReplicaStatus.Phase.READY) {
            return Optional.of(ready(load, agent, replica.get()));
        }
        replica.ifPresent(status -> load.sees(List.of(status.phase(), status.resident()), now));
        return giveUpWithoutProgress(load, site, now);
    }

    private Optional<LoadOutcome> elsewhere(
            Load load, Load.Site site, AgentId lost, String why, long now) {
        forming.end(site);
        load.lost(lost, why, now);
        return place(load, now);
    }

    private Optional<LoadOutcome> awaitRoom(Load load, Load.Site site, long now) {
        boolean held =
                agents.alive().stream()
                        .anyMatch(agent -> site.after().stream().anyMatch(agent::holds));
        if (held) {
            return giveUpWithoutProgress(load, site, now);
        }
        load.plansAgain(now);
        return place(load, now);
    }

    /** A head whose member went is aborted before anybody is told of the member. */
    private Optional<LoadOutcome> ended(
            Load load, Load.Site site, AgentStatus agent, ReplicaStatus replica, long now) {
        forming.end(site);
        if (!site.members().isEmpty() && replica.aborted() && load.mayTryAgain()) {
            load.plansAgain(now);
            return place(load, now);
        }
        return Optional.of(failed(load, Reasons.engineEnded(load, agent, replica), now));
    }

    private LoadOutcome.Failed failed(Load load, LoadOutcome.Failed failure, long now) {
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
        forming.end(site);
        return Optional.of(failed(load, Reasons.noProgress(load, settings.loadTimeout()), now));
    }

    private boolean overdue(Load load, long now) {
        return now - load.progressAt() > settings.loadTimeout().toMillis();
    }
}
