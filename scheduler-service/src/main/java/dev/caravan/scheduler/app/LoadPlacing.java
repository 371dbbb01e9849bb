package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.placement.AgentRoom;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** Chooses where a load goes and tells whoever is first. Used by one thread. */
final class LoadPlacing {

    /**
     * The least keep-alive a load is given, so that a replica does not expire before the request it
     * was loaded for arrives; that request sets the real one.
     */
    static final long LEAST_KEEP_ALIVE_MILLIS = 30_000;

    /** A client that has to wait longer for an agent that is left out is told so at once. */
    private static final long MOST_WAITED_MILLIS = 30_000;

    private final Settings settings;
    private final AgentBook agents;
    private final IdleTimes idleTimes;
    private final Supplier<ReplicaId> newIds;
    private final DesiredBook desired;
    private final Policies policies;
    private final Forming forming;
    private final CopyBook copies;
    private final Doubts doubts;
    private final Quarantine quarantine;
    private final Collection<Load> loads;

    /**
     * @param loads all that are on their way; the caller changes them
     */
    LoadPlacing(
            Settings settings,
            AgentBook agents,
            IdleTimes idleTimes,
            Supplier<ReplicaId> newIds,
            DesiredBook desired,
            Policies policies,
            Forming forming,
            CopyBook copies,
            Doubts doubts,
            Quarantine quarantine,
            Collection<Load> loads) {
        this.settings = settings;
        this.agents = agents;
        this.idleTimes = idleTimes;
        this.newIds = newIds;
        this.desired = desired;
        this.policies = policies;
        this.forming = forming;
        this.copies = copies;
        this.doubts = doubts;
        this.quarantine = quarantine;
        this.loads = loads;
    }

    /** What agents can offer to a model. */
    List<AgentRoom> rooms(ModelDigest digest) {
        return rooms(digest, Set.of());
    }

    private List<AgentRoom> rooms(ModelDigest digest, Set<ReplicaId> kept) {
        return new RoomSurvey(desired, idleTimes, loads, settings.maxLoadedModels(), kept)
                .rooms(agents.alive(), digest);
    }

    /** Plans a load that has no site; an outcome where there is none to be had. */
    Optional<LoadOutcome> place(Load load, long now) {
        Wanted wanted = wanted(load, quarantine.leftOut(load.digest(), now), now);
        Plan plan = plan(load, wanted);
        if (load.isStandby()) {
            return placeStandby(plan, load, wanted, now);
        }
        return doubts.open(load.avoided(), now) && !isFree(plan)
                ? Optional.empty()
                : carryOut(plan, load, wanted, now);
    }

    /** What nobody waits for goes where nothing has to leave for it. */
    private Optional<LoadOutcome> placeStandby(Plan plan, Load load, Wanted wanted, long now) {
        return switch (plan) {
            case Plan.Go(var _, var evict) when evict.isEmpty() ->
                    carryOut(plan, load, wanted, now);
            case Plan.Go(var _, var evict) -> Optional.of(Reasons.noFreePlace(load, evict));
            case Plan.Wait(var held) -> Optional.of(Reasons.stillBusy(load, held, Duration.ZERO));
            case Plan.No(var failure) ->
                    copied(load, wanted, now) ? Optional.empty() : Optional.of(failure);
        };
    }

    /** Whether a standby could go somewhere now, if need be after its file. */
    boolean hasFreePlace(Load load, long now) {
        Wanted wanted = wanted(load, quarantine.leftOut(load.digest(), now), now);
        return switch (plan(load, wanted)) {
            case Plan.Go(var _, var evict) -> evict.isEmpty();
            case Plan.Wait _ -> false;
            case Plan.No _ -> order(load, wanted).isPresent();
        };
    }

    private Plan plan(Load load, Wanted wanted) {
        return Planner.plan(
                wanted,
                agents.all(),
                rooms(load.digest(), load.avoided()),
                Settings.planned(settings.slots()));
    }

    private Wanted wanted(Load load, Map<AgentId, String> leftOut, long now) {
        Map<AgentId, String> lost = new HashMap<>(leftOut);
        lost.putAll(doubts.agents(load.avoided(), now));
        lost.putAll(load.lost());
        return new Wanted(
                load.model(),
                load.digest(),
                load.contextLength(),
                load.distributed(),
                policies.of(load.model()),
                lost);
    }

    /** What costs nobody anything need not wait until it is known whether a replica lives. */
    private static boolean isFree(Plan plan) {
        return plan instanceof Plan.Go(var stages, var evict)
                && stages.size() == 1
                && evict.isEmpty();
    }

    private Optional<LoadOutcome> carryOut(Plan plan, Load load, Wanted wanted, long now) {
        boolean oneLives = doubts.lives(load.avoided(), now);
        return switch (plan) {
            // one that lives is there for others; a file is not worth the wait beside it
            case Plan.No(var failure) ->
                    isSoonLetIn(load, now) || (!oneLives && copied(load, wanted, now))
                            ? Optional.empty()
                            : Optional.of(failure);
            case Plan.Wait(var held) when oneLives ->
                    Optional.of(Reasons.noneBeside(load, wanted.lost(), held));
            case Plan.Wait(var held) ->
                    load.stalls(settings.loadTimeout(), now)
                            ? Optional.of(Reasons.stillBusy(load, held, settings.loadTimeout()))
                            : Optional.empty();
            // A whole model answers faster than a split one, so its file is worth the wait.
            case Plan.Go(var stages, _) when stages.size() > 1 && copied(load, wanted, now) ->
                    Optional.empty();
            case Plan.Go(var stages, var evict) -> {
                copies.forget(load.digest());
                go(load, forming.site(engine(wanted, load), stages, new HashSet<>(evict)), now);
                yield Optional.empty();
            }
        };
    }

    /** Whether there is a place on agents that are left out, and only a little longer. */
    private boolean isSoonLetIn(Load load, long now) {
        long left = quarantine.shortest(load.digest(), now);
        return left > 0
                && left <= MOST_WAITED_MILLIS
                && !(plan(load, wanted(load, Map.of(), now)) instanceof Plan.No);
    }

    /** Whether an agent with the memory takes the file over; the load then waits for its report. */
    private boolean copied(Load load, Wanted wanted, long now) {
        return switch (copies.state(load.digest(), now).orElse(null)) {
            case CopyBook.State.OnItsWay(var progress) -> {
                load.sees(progress, now);
                yield !load.stalls(settings.loadTimeout(), now);
            }
            case CopyBook.State.Failed(var agent) -> {
                load.takesNoCopy(agent);
                yield begun(load, wanted);
            }
            case null -> begun(load, wanted);
        };
    }

    private Optional<CopyOrder> order(Load load, Wanted wanted) {
        return CopyPlanner.plan(
                wanted,
                load.noCopies(),
                agents.all(),
                rooms(wanted.digest()),
                Settings.planned(settings.slots()),
                !load.isStandby());
    }

    private boolean begun(Load load, Wanted wanted) {
        Optional<CopyOrder> order = order(load, wanted);
        order.ifPresent(copies::begin);
        return order.isPresent();
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
                wanted.policy().engineOptions(),
                load.loading());
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
}
