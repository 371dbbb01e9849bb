package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.placement.AgentRoom;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
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

    private final Settings settings;
    private final AgentBook agents;
    private final IdleTimes idleTimes;
    private final Supplier<ReplicaId> newIds;
    private final DesiredBook desired;
    private final Policies policies;
    private final Forming forming;
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
            Collection<Load> loads) {
        this.settings = settings;
        this.agents = agents;
        this.idleTimes = idleTimes;
        this.newIds = newIds;
        this.desired = desired;
        this.policies = policies;
        this.forming = forming;
        this.loads = loads;
    }

    /** What agents can offer to a model. */
    List<AgentRoom> rooms(ModelDigest digest) {
        return new RoomSurvey(desired, idleTimes, loads, settings.maxLoadedModels())
                .rooms(agents.alive(), digest);
    }

    /** Plans a load that has no site; an outcome where there is none to be had. */
    Optional<LoadOutcome> place(Load load, long now) {
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
                    load.stalls(settings.loadTimeout(), now)
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
