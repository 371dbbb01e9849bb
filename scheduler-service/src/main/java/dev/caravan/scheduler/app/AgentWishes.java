package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one agent should run, and how far it has been told. Used by one thread. */
final class AgentWishes {

    /**
     * How long an agent that took a wish on may leave its engine out of its report before the
     * engine counts as lost; a report is at most a second old, the rest is for busy hosts.
     */
    static final long LOST_AFTER_MILLIS = 10_000;

    private static final long FIRST_RETRY_MILLIS = 200;
    private static final long LAST_RETRY_MILLIS = 5_000;

    private final Map<ReplicaId, DesiredEngine> engines = new LinkedHashMap<>();
    private final Map<ReplicaId, Long> seenAt = new HashMap<>();
    private final Set<ReplicaId> withdrawn = new HashSet<>();
    private Version version;
    private Version held;
    private long startedAt;
    private boolean changed;
    private boolean underWay;
    private int failures;
    private long retryAt;

    /** Takes on what runs already: nothing healthy ends because nobody remembers who wished it. */
    AgentWishes(AgentStatus status, Collection<DesiredEngine> remembered, long now) {
        this.version = status.desired();
        this.held = status.desired();
        this.startedAt = status.startedAt();
        takeOnRunning(status, now);
        for (DesiredEngine engine : remembered) {
            if (status.replica(engine.replica()).isEmpty()) {
                add(engine, now);
            }
        }
    }

    private void takeOnRunning(AgentStatus status, long now) {
        for (ReplicaStatus replica : status.replicas()) {
            if (replica.lives()
                    && !withdrawn.contains(replica.id())
                    && !engines.containsKey(replica.id())) {
                engines.put(replica.id(), DesiredEngine.adopted(replica));
                seenAt.put(replica.id(), now);
            }
        }
    }

    void add(DesiredEngine engine, long now) {
        engines.put(engine.replica(), engine);
        seenAt.put(engine.replica(), now);
        changed = true;
    }

    void withdraw(ReplicaId replica) {
        if (engines.remove(replica) != null) {
            seenAt.remove(replica);
            withdrawn.add(replica);
            changed = true;
        }
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
        for (ReplicaId replica : List.copyOf(engines.keySet())) {
            var reported = status.replica(replica);
            boolean told = !changed && !version.newerThan(held);
            if (reported.isPresent() || !told) {
                seenAt.put(replica, now);
            }
            if (reported.map(ReplicaStatus::ended).orElse(false)
                    || now - seenAt.getOrDefault(replica, now) > LOST_AFTER_MILLIS) {
                withdraw(replica);
            }
        }
        if (!changed && !version.newerThan(held)) {
            withdrawn.removeIf(replica -> status.replica(replica).isEmpty());
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
        return engines.containsKey(replica);
    }

    boolean withdrew(ReplicaId replica) {
        return withdrawn.contains(replica);
    }

    List<DesiredEngine> engines() {
        return List.copyOf(engines.values());
    }
}
