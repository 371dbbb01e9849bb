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

    private final Settings settings;
    private final Supplier<ReplicaId> newIds;
    private final AgentBook agents = new AgentBook();
    private final IdleTimes idleTimes = new IdleTimes();
    private final LoadFailures failures = new LoadFailures();
    private final Quarantine quarantine = new Quarantine();
    private final EndWatch ends = new EndWatch(agents, quarantine);
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
        leading =
                Optional.of(
                        new Leading(
                                settings,
                                agents,
                                idleTimes,
                                failures,
                                quarantine,
                                policies,
                                newIds,
                                epoch,
                                copies));
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
        return leading.map(held -> held.ask(demand, now))
                .orElseGet(() -> new Asked.Settled(new LoadOutcome.NotLeading()));
    }

    PlanAnswer plan(PlanQuery query, long now) {
        return leading.map(held -> held.plan(query, now)).orElseGet(PlanAnswer.NotLeading::new);
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

    /** See {@link Leading#unload}. */
    void unload(ModelDigest digest) {
        leading.ifPresent(held -> held.unload(digest));
    }

    /** See {@link Leading#expired}. */
    void expired(AgentId agent, ReplicaId replica, long now) {
        leading.ifPresent(held -> held.expired(agent, replica, now));
    }

    void accepted(AgentId agent, Version version) {
        leading.ifPresent(held -> held.desired().accepted(agent, version));
    }

    /** See {@link Leading#refused}. */
    void refused(AgentId agent, Version higher, long now) {
        leading.ifPresent(held -> held.refused(agent, higher, now));
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

    /** Agents to be asked for their reports now, since a replica of theirs failed somebody. */
    List<Doubts.Probe> dueProbes(long now) {
        return leading.map(held -> held.doubts().claimDue(now)).orElse(List.of());
    }

    /** An agent answered the probe with this. */
    void probed(AgentId agent, AgentStatus status, long now) {
        agents.said(status);
        if (status.id().equals(agent)) {
            leading.ifPresent(held -> held.doubts().answered(agent, now));
        } else {
            probeMissed(agent, now);
        }
    }

    void probeMissed(AgentId agent, long now) {
        leading.ifPresent(held -> held.doubts().unanswered(agent, now));
    }

    /** Counted by the leader alone, so that sums over schedulers are right. */
    Census census(long now) {
        return leading.map(
                        held -> Census.of(agents.alive(), held.desired(), quarantine.leftOut(now)))
                .orElse(Census.EMPTY);
    }

    /** What follows from all that was put in. */
    Work settle(long now) {
        idleTimes.observe(agents.all(), now);
        ends.observe(agents.all(), now);
        Map<Load, LoadOutcome> settled = new HashMap<>(abandoned);
        abandoned.clear();
        if (leading.isEmpty()) {
            return new Work(List.of(), List.of(), Optional.empty(), settled);
        }
        Leading held = leading.get();
        settled.putAll(held.advance(introduced, now));
        List<DesiredState> copies = held.desired().number();
        return new Work(copies, held.due(now), publication(held), settled);
    }

    private Optional<Work.Publication> publication(Leading held) {
        if (!introduced || agents.all().isEmpty()) {
            return Optional.empty();
        }
        return view.offer(
                ViewContent.of(agents.all(), held.desired(), policies), held.desired().epoch());
    }
}
