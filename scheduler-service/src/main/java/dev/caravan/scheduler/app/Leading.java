package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a scheduler knows and decides only as long as it leads: the desired engines, and the loads,
 * groups and copies on their way. Made anew with each term. Used by one thread.
 */
final class Leading {

    /** How far clocks of two hosts may differ before a keep-alive ends early. */
    private static final long CLOCK_SLACK_MILLIS = 5_000;

    private final Settings settings;
    private final AgentBook agents;
    private final LoadFailures failures;
    private final Quarantine quarantine;
    private final Policies policies;
    private final DesiredBook desired;
    private final CopyBook copies = new CopyBook();
    private final Doubts doubts;
    private final LoadBook loads;
    private final GroupKeeper groups;
    private final StandbyKeeper standbys;

    /**
     * @param written what a leader before this one had written down
     */
    Leading(
            Settings settings,
            AgentBook agents,
            IdleTimes idleTimes,
            LoadFailures failures,
            Quarantine quarantine,
            Policies policies,
            Supplier<ReplicaId> newIds,
            long epoch,
            Map<AgentId, DesiredState> written) {
        this.settings = settings;
        this.agents = agents;
        this.failures = failures;
        this.quarantine = quarantine;
        this.policies = policies;
        this.desired = new DesiredBook(epoch, written);
        this.doubts = new Doubts(agents);
        this.loads =
                new LoadBook(
                        settings,
                        agents,
                        idleTimes,
                        failures,
                        newIds,
                        desired,
                        copies,
                        policies,
                        doubts,
                        quarantine);
        this.groups = new GroupKeeper(agents, desired);
        this.standbys = new StandbyKeeper(agents, policies, desired, loads);
    }

    DesiredBook desired() {
        return desired;
    }

    LoadBook loads() {
        return loads;
    }

    CopyBook copies() {
        return copies;
    }

    Doubts doubts() {
        return doubts;
    }

    Asked ask(Demand demand, long now) {
        doubts.raise(demand.avoided(), now);
        int needed = agents.trainedAtMost(demand.digest(), wished(demand));
        Optional<LoadOutcome.Ready> serving =
                Serving.find(agents.alive(), desired, demand.digest(), needed, demand.avoided());
        if (serving.isPresent()) {
            return new Asked.Settled(serving.get());
        }
        Optional<LoadOutcome.Failed> held = failures.holding(demand.digest(), now);
        if (held.isPresent()) {
            return new Asked.Settled(held.get());
        }
        int least = policies.of(demand.model()).contextLength().orElse(0);
        int planned = agents.trainedAtMost(demand.digest(), Math.max(least, wished(demand)));
        return new Asked.Joined(loads.join(demand, planned, now));
    }

    private int wished(Demand demand) {
        return demand.contextLength() > 0 ? demand.contextLength() : settings.contextLength();
    }

    PlanAnswer plan(PlanQuery query, long now) {
        return new PlanDesk(settings, agents, policies)
                .answer(
                        query,
                        loads::rooms,
                        digest -> quarantine.leftOut(digest, now),
                        digest -> standbys.state(query.model(), digest));
    }

    /** Ends all replicas of a model; one that is awaited by a load stays. */
    void unload(ModelDigest digest) {
        for (AgentStatus agent : agents.all()) {
            desired.engines(agent.id()).stream()
                    .filter(engine -> engine.digest().equals(digest))
                    .filter(engine -> !loads.awaits(engine.replica()))
                    .forEach(engine -> desired.withdraw(agent.id(), engine.replica()));
        }
        loads.endStandbys(digest);
        standbys.forget(digest);
    }

    /**
     * The agent says that a replica's keep-alive is over and that it is idle; where a later report
     * of it shows a request, that was the newer word.
     */
    void expired(AgentId agent, ReplicaId replica, long now) {
        Optional<ReplicaStatus> status =
                agents.find(agent).flatMap(known -> known.replica(replica));
        boolean idle = status.map(seen -> seen.busy() == 0).orElse(true);
        boolean held = status.map(seen -> standbys.holds(seen.digest(), now)).orElse(false);
        if (idle && !held && !loads.awaits(replica)) {
            desired.withdraw(agent, replica);
        }
    }

    /** The agent holds a higher version than the one it was offered. */
    void refused(AgentId agent, Version higher, long now) {
        agents.find(agent).ifPresent(status -> desired.refused(status, higher, now));
    }

    /** Takes all that is on its way as far as it goes; loads that are over are told. */
    Map<Load, LoadOutcome> advance(boolean introduced, long now) {
        agents.all().forEach(agent -> desired.observe(agent, now));
        endExpired(now);
        if (!introduced) {
            return Map.of();
        }
        standbys.keep(now);
        Map<Load, LoadOutcome> over = loads.advance(now);
        over.forEach((load, outcome) -> standbys.over(load, outcome, now));
        groups.keep(loads.forming(), now);
        return over;
    }

    /** Also catches what expired while no scheduler listened. */
    private void endExpired(long now) {
        for (AgentStatus agent : agents.alive()) {
            for (ReplicaStatus replica : agent.replicas()) {
                long expiresAt = replica.expiresAt().orElse(-1);
                if (replica.phase() == ReplicaStatus.Phase.READY
                        && replica.busy() == 0
                        && expiresAt >= 0
                        && now - expiresAt > CLOCK_SLACK_MILLIS) {
                    expired(agent.id(), replica.id(), now);
                }
            }
        }
    }

    List<DesiredState> due(long now) {
        return desired.claimDue(agents, now);
    }
}
