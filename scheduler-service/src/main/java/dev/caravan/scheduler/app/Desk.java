package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * All the scheduler knows and decides. Facts are put in by the methods below; {@link #settle} then
 * says what follows from all of them together, so the order in which they came does not matter. It
 * has no thread, clock or I/O: {@link Coordinator} calls it from one thread.
 */
final class Desk {

    /** How far clocks of two hosts may differ before a keep-alive ends early. */
    private static final long CLOCK_SLACK_MILLIS = 5_000;

    /** What only a leader has. */
    private record Leading(
            DesiredBook desired, LoadBook loads, GroupKeeper groups, CopyBook copies) {}

    private final Settings settings;
    private final Supplier<ReplicaId> newIds;
    private final AgentBook agents = new AgentBook();
    private final IdleTimes idleTimes = new IdleTimes();
    private final LoadFailures failures = new LoadFailures();
    private final ViewLedger view = new ViewLedger();
    private final Policies policies;
    private final PolicyDesk policyDesk;
    private final Map<Load, LoadOutcome> abandoned = new HashMap<>();
    private Optional<Leading> leading = Optional.empty();
    private boolean introduced;

    Desk(Settings settings, Supplier<ReplicaId> newIds) {
        this.settings = settings;
        this.policies = new Policies(settings.models(), agents);
        this.policyDesk = new PolicyDesk(agents, policies);
        this.newIds = newIds;
    }

    /** An agent spoke for itself. */
    void said(AgentStatus status) {
        agents.said(status);
    }

    /** The health service wrote of an agent. */
    void recorded(AgentStatus status) {
        agents.recorded(status);
    }

    void stopping(AgentId agent, long startedAt) {
        agents.stopping(agent, startedAt);
    }

    /** The health service lists these agents; those that are down and not listed are forgotten. */
    void listed(Set<AgentId> listed) {
        agents.forgetDownExcept(listed);
    }

    /**
     * All ways to hear of agents were tried once. Before that a view would be taken for the whole
     * cluster although it is a part of it, and a load refused that could be had.
     */
    void introduced() {
        introduced = true;
    }

    Set<AgentId> agentIds() {
        return agents.all().stream().map(AgentStatus::id).collect(Collectors.toSet());
    }

    /** Addresses of all agents that are not down. */
    List<String> addresses() {
        return agents.alive().stream().map(AgentStatus::address).toList();
    }

    void lead(long epoch, Map<AgentId, DesiredState> copies) {
        resign();
        DesiredBook desired = new DesiredBook(epoch, copies);
        CopyBook files = new CopyBook();
        LoadBook loads =
                new LoadBook(
                        settings, agents, idleTimes, failures, newIds, desired, files, policies);
        leading = Optional.of(new Leading(desired, loads, new GroupKeeper(agents, desired), files));
    }

    /** Goes on leading under a higher epoch, which some agent has made necessary. */
    void leadOn(long epoch) {
        leading.ifPresent(held -> held.desired().raise(epoch));
    }

    void resign() {
        leading.ifPresent(
                held ->
                        held.loads()
                                .all()
                                .forEach(
                                        load -> abandoned.put(load, new LoadOutcome.NotLeading())));
        leading = Optional.empty();
    }

    boolean isLeading() {
        return leading.isPresent();
    }

    /** The highest epoch any agent has seen. */
    long highestEpoch() {
        return agents.all().stream().mapToLong(status -> status.desired().epoch()).max().orElse(0);
    }

    Asked ask(Demand demand, long now) {
        if (leading.isEmpty()) {
            return new Asked.Settled(new LoadOutcome.NotLeading());
        }
        int needed = agents.trainedAtMost(demand.digest(), wished(demand));
        Optional<LoadOutcome.Ready> serving =
                Serving.find(agents.alive(), leading.get().desired(), demand.digest(), needed);
        if (serving.isPresent()) {
            return new Asked.Settled(serving.get());
        }
        Optional<LoadOutcome.Failed> held = failures.holding(demand.digest(), now);
        if (held.isPresent()) {
            return new Asked.Settled(held.get());
        }
        int least = policies.of(demand.model()).contextLength().orElse(0);
        int planned = agents.trainedAtMost(demand.digest(), Math.max(least, wished(demand)));
        return new Asked.Joined(leading.get().loads().join(demand, planned, now));
    }

    private int wished(Demand demand) {
        return demand.contextLength() > 0 ? demand.contextLength() : settings.contextLength();
    }

    PlanAnswer plan(PlanQuery query) {
        return leading.map(
                        held ->
                                new PlanDesk(settings, agents, policies)
                                        .answer(query, held.loads()::rooms))
                .orElseGet(PlanAnswer.NotLeading::new);
    }

    Policies policies() {
        return policies;
    }

    PolicyOrder order(ModelRef model, ModelPolicy policy) {
        return leading.map(held -> policyDesk.order(model, policy, held.desired().epoch()))
                .orElseGet(PolicyOrder.NotLeading::new);
    }

    /** Holders that have to be told a policy now. */
    List<PolicyDesk.Due> duePolicies(long now) {
        return leading.isPresent() ? policyDesk.claimDue(now) : List.of();
    }

    /** Ends all replicas of a model; one that is awaited by a load stays. */
    void unload(ModelDigest digest) {
        leading.ifPresent(
                held -> {
                    for (AgentStatus agent : agents.all()) {
                        held.desired().engines(agent.id()).stream()
                                .filter(engine -> engine.digest().equals(digest))
                                .filter(engine -> !held.loads().awaits(engine.replica()))
                                .forEach(
                                        engine ->
                                                held.desired()
                                                        .withdraw(agent.id(), engine.replica()));
                    }
                });
    }

    /**
     * The agent says that a replica's keep-alive is over and that it is idle; where a later report
     * of it shows a request, that was the newer word.
     */
    void expired(AgentId agent, ReplicaId replica) {
        boolean idle =
                agents.find(agent)
                        .flatMap(status -> status.replica(replica))
                        .map(status -> status.busy() == 0)
                        .orElse(true);
        leading.filter(held -> idle && !held.loads().awaits(replica))
                .ifPresent(held -> held.desired().withdraw(agent, replica));
    }

    void accepted(AgentId agent, Version version) {
        leading.ifPresent(held -> held.desired().accepted(agent, version));
    }

    /** The agent holds a higher version than the one it was offered. */
    void refused(AgentId agent, Version higher, long now) {
        leading.ifPresent(
                held ->
                        agents.find(agent)
                                .ifPresent(status -> held.desired().refused(status, higher, now)));
    }

    void unreachable(AgentId agent, long now) {
        leading.ifPresent(held -> held.desired().unreachable(agent, now));
    }

    /** Offers in a row that the agent did not answer. */
    int failures(AgentId agent) {
        return leading.map(held -> held.desired().failures(agent)).orElse(0);
    }

    Optional<AgentStatus> agent(AgentId agent) {
        return agents.find(agent);
    }

    void copyAdvanced(CopyOrder order, String progress) {
        leading.ifPresent(held -> held.copies().advanced(order, progress));
    }

    void copyEnded(CopyOrder order, long now) {
        leading.ifPresent(held -> held.copies().ended(order, now));
    }

    void copyFailed(CopyOrder order) {
        leading.ifPresent(held -> held.copies().failed(order));
    }

    /** Files that an agent has to be told to take over now. */
    List<CopyOrder> dueCopies() {
        return leading.map(held -> held.copies().claimDue()).orElse(List.of());
    }

    /** Counted by the leader alone, so that sums over schedulers are right. */
    Census census() {
        return leading.map(held -> Census.of(agents.alive(), held.desired())).orElse(Census.EMPTY);
    }

    /** What follows from all that was put in. */
    Work settle(long now) {
        idleTimes.observe(agents.all(), now);
        Map<Load, LoadOutcome> settled = new HashMap<>(abandoned);
        abandoned.clear();
        if (leading.isEmpty()) {
            return new Work(List.of(), List.of(), Optional.empty(), settled);
        }
        Leading held = leading.get();
        agents.all().forEach(agent -> held.desired().observe(agent, now));
        endExpired(now);
        if (introduced) {
            settled.putAll(held.loads().advance(now));
            held.groups().keep(held.loads().forming(), now);
        }
        List<DesiredState> copies = held.desired().number();
        List<DesiredState> puts = held.desired().claimDue(agents, now);
        return new Work(copies, puts, publication(held), settled);
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
                    expired(agent.id(), replica.id());
                }
            }
        }
    }

    private Optional<Work.Publication> publication(Leading held) {
        if (!introduced || agents.all().isEmpty()) {
            return Optional.empty();
        }
        return view.offer(
                ViewContent.of(agents.all(), held.desired(), policies), held.desired().epoch());
    }
}
