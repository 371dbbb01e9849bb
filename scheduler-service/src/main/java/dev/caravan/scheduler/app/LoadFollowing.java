package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Follows a load that has a site by the reports of its agents: room, members, head; sends it
 * elsewhere when one of them is lost. Used by one thread.
 */
final class LoadFollowing {

    private final Settings settings;
    private final AgentBook agents;
    private final LoadFailures failures;
    private final DesiredBook desired;
    private final Forming forming;
    private final LoadPlacing placing;
    private final Predicate<ReplicaId> awaited;

    /**
     * @param awaited whether some load waits for that replica
     */
    LoadFollowing(
            Settings settings,
            AgentBook agents,
            LoadFailures failures,
            DesiredBook desired,
            Forming forming,
            LoadPlacing placing,
            Predicate<ReplicaId> awaited) {
        this.settings = settings;
        this.agents = agents;
        this.failures = failures;
        this.desired = desired;
        this.forming = forming;
        this.placing = placing;
        this.awaited = awaited;
    }

    /** Takes the load as far as it goes now. */
    Optional<LoadOutcome> follow(Load load, Load.Site site, long now) {
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
        if (replica.isEmpty() && desired.failures(site.agent()) >= LoadBook.ATTEMPTS) {
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
        replica.ifPresent(
                status ->
                        load.sees(
                                List.of(status.phase(), status.resident(), forming.memory(site)),
                                now));
        return giveUpWithoutProgress(load, site, now);
    }

    private Optional<LoadOutcome> elsewhere(
            Load load, Load.Site site, AgentId lost, String why, long now) {
        forming.end(site);
        load.lost(lost, why, now);
        return placing.place(load, now);
    }

    private Optional<LoadOutcome> awaitRoom(Load load, Load.Site site, long now) {
        boolean held =
                agents.alive().stream()
                        .anyMatch(agent -> site.after().stream().anyMatch(agent::holds));
        if (held) {
            return giveUpWithoutProgress(load, site, now);
        }
        load.plansAgain(now);
        return placing.place(load, now);
    }

    /** A head whose member went is aborted before anybody is told of the member. */
    private Optional<LoadOutcome> ended(
            Load load, Load.Site site, AgentStatus agent, ReplicaStatus replica, long now) {
        forming.end(site);
        if (!site.members().isEmpty() && replica.aborted() && load.mayTryAgain()) {
            load.plansAgain(now);
            return placing.place(load, now);
        }
        return Optional.of(failed(load, Reasons.engineEnded(load, agent, replica), now));
    }

    private LoadOutcome.Failed failed(Load load, LoadOutcome.Failed failure, long now) {
        if (!load.isStandby()) {
            failures.failed(load.digest(), failure, now);
        }
        return failure;
    }

    private LoadOutcome.Ready ready(Load load, AgentStatus agent, ReplicaStatus replica) {
        failures.succeeded(load.digest());
        for (AgentStatus other : agents.all()) {
            for (DesiredEngine engine : desired.engines(other.id())) {
                if (engine.digest().equals(load.digest())
                        && engine.contextLength() < load.contextLength()
                        && !engine.replica().equals(replica.id())
                        && !awaited.test(engine.replica())) {
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
        if (!load.stalls(settings.loadTimeout(), now)) {
            return Optional.empty();
        }
        forming.end(site);
        return Optional.of(failed(load, Reasons.noProgress(load, settings.loadTimeout()), now));
    }
}
