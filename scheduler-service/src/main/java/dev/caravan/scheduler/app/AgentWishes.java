package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one agent should run, and how far it has been told. Used by one thread. */
final class AgentWishes {

    private static final long FIRST_RETRY_MILLIS = 200;
    private static final long LAST_RETRY_MILLIS = 5_000;

    private final WishList<ReplicaId, DesiredEngine> engines =
            new WishList<>(DesiredEngine::replica);
    private final WishList<MemberId, DesiredMember> members = new WishList<>(DesiredMember::id);
    private Version version;
    private Version held;
    private long startedAt;
    private boolean changed;
    private boolean underWay;
    private int failures;
    private long retryAt;

    /**
     * Takes on what runs already: nothing healthy ends because nobody remembers who wished it.
     *
     * @param copy what a leader before this one had written down; where it is newer than what the
     *     agent took on, its wishes are still on their way
     */
    AgentWishes(AgentStatus status, Optional<DesiredState> copy, long now) {
        this.version = status.desired();
        this.held = status.desired();
        this.startedAt = status.startedAt();
        // what was written down says more of a running process than its report
        copy.ifPresent(
                state -> {
                    for (DesiredEngine engine : state.engines()) {
                        if (status.replica(engine.replica())
                                .filter(ReplicaStatus::lives)
                                .isPresent()) {
                            engines.takeOn(engine, now);
                        }
                    }
                    for (DesiredMember member : state.members()) {
                        if (status.member(member.id()).filter(MemberStatus::lives).isPresent()) {
                            members.takeOn(member, now);
                        }
                    }
                });
        takeOnRunning(status, now);
        copy.filter(state -> state.version().newerThan(status.desired()))
                .ifPresent(state -> addMissing(state, status, now));
    }

    private void addMissing(DesiredState state, AgentStatus status, long now) {
        state.engines().stream()
                .filter(engine -> status.replica(engine.replica()).isEmpty())
                .forEach(engine -> add(engine, now));
        state.members().stream()
                .filter(member -> status.member(member.id()).isEmpty())
                .forEach(member -> add(member, now));
    }

    private void takeOnRunning(AgentStatus status, long now) {
        status.replicas().stream()
                .filter(ReplicaStatus::lives)
                .forEach(replica -> engines.takeOn(DesiredEngine.adopted(replica), now));
        status.members().stream()
                .filter(MemberStatus::lives)
                .forEach(member -> members.takeOn(DesiredMember.adopted(status.id(), member), now));
    }

    void add(DesiredEngine engine, long now) {
        engines.add(engine, now);
        changed = true;
    }

    void add(DesiredMember member, long now) {
        members.add(member, now);
        changed = true;
    }

    void withdraw(ReplicaId replica) {
        changed |= engines.withdraw(replica);
    }

    void withdraw(MemberId member) {
        changed |= members.withdraw(member);
    }

    /** Compares the wishes with a report; engines that ended are no longer wished for. */
    void observe(AgentStatus status, long now) {
        if (status.startedAt() != startedAt) {
            startedAt = status.startedAt();
            held = status.desired();
            failures = 0;
            retryAt = now;
        }
        if (status.desired().newerThan(held)) {
            held = status.desired();
        }
        if (held.newerThan(version)) {
            overtaken(status, now);
        }
        boolean told = !changed && !version.newerThan(held);
        Map<ReplicaId, Boolean> replicas = new HashMap<>();
        status.replicas().forEach(replica -> replicas.put(replica.id(), replica.ended()));
        Map<MemberId, Boolean> lent = new HashMap<>();
        status.members().forEach(member -> lent.put(member.id(), member.ended()));
        changed |= engines.observe(replicas, told, now);
        changed |= members.observe(lent, told, now);
        if (!changed && !version.newerThan(held)) {
            engines.forgetAllBut(replicas.keySet());
            members.forgetAllBut(lent.keySet());
        }
    }

    /** Somebody gave the agent a higher version: what it runs since then is kept. */
    private void overtaken(AgentStatus status, long now) {
        takeOnRunning(status, now);
        version = held;
        changed = true;
    }

    /**
     * Gives changed wishes a version above all that this agent has seen; false where nothing has
     * changed, or where the agent has seen a higher epoch: the lease will soon have one above it.
     */
    boolean number(long epoch) {
        Version base = held.newerThan(version) ? held : version;
        if (!changed || base.epoch() > epoch) {
            return false;
        }
        version = base.epoch() == epoch ? base.next() : new Version(epoch, 1);
        changed = false;
        return true;
    }

    /** Whether the agent has to be told now; the caller does so and reports back. */
    boolean claim(long now) {
        if (underWay || !version.newerThan(held) || now < retryAt) {
            return false;
        }
        underWay = true;
        return true;
    }

    void accepted(Version accepted) {
        underWay = false;
        failures = 0;
        held = accepted.newerThan(held) ? accepted : held;
    }

    void refused(Version higher, AgentStatus status, long now) {
        accepted(higher);
        if (held.newerThan(version)) {
            overtaken(status, now);
        }
    }

    void unreachable(long now) {
        underWay = false;
        failures++;
        retryAt =
                now + Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(failures - 1, 10));
    }

    int failures() {
        return failures;
    }

    Version version() {
        return version;
    }

    boolean wishes(ReplicaId replica) {
        return engines.wishes(replica);
    }

    boolean withdrew(ReplicaId replica) {
        return engines.withdrew(replica);
    }

    boolean wishes(MemberId member) {
        return members.wishes(member);
    }

    /** The head of an adopted member has been seen. */
    void refine(MemberId member, AgentId head, Continuation continuation) {
        members.refine(member, wish -> wish.of(head, continuation));
    }

    List<DesiredEngine> engines() {
        return engines.all();
    }

    List<DesiredMember> members() {
        return members.all();
    }
}
