package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.LoadOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One load on its way, for any number of askers. Used by one thread. */
final class Load {

    /**
     * Where it goes.
     *
     * @param engine what the agent is, or will be, told to run
     * @param members RPC servers of its group; empty where it stays whole
     * @param after replicas that have to be gone before anybody is told
     * @param step how far it is
     */
    record Site(
            AgentId agent,
            DesiredEngine engine,
            List<DesiredMember> members,
            Set<ReplicaId> after,
            Step step) {
        Site {
            members = List.copyOf(members);
            after = Set.copyOf(after);
        }

        Site at(Step next) {
            return new Site(agent, engine, members, after, next);
        }

        ReplicaId replica() {
            return engine.replica();
        }
    }

    /** In this order; a model that stays whole goes from room to head. */
    enum Step {
        /** Others have to be gone first. */
        ROOM,
        /** The members are told; the head waits for them. */
        MEMBERS,
        /** The head is told. */
        HEAD
    }

    /** How often a head that was aborted before it was ready is tried again with its group. */
    private static final int MOST_ABORTS = 2;

    private final ModelRef model;
    private final ModelDigest digest;
    private final Map<AgentId, String> lost = new HashMap<>();
    private final Set<AgentId> noCopies = new HashSet<>();
    private int contextLength;
    private OptionalLong keepAliveMillis;
    private final Set<ReplicaId> avoided;
    private boolean standby;
    private Optional<Site> site = Optional.empty();
    private Optional<Boolean> distributed;
    private LoadOptions loading;
    private Object lastSeen = "";
    private int aborts;
    private long progressAt;

    Load(Demand demand, int contextLength, long now) {
        this.model = demand.model();
        this.digest = demand.digest();
        this.contextLength = contextLength;
        this.keepAliveMillis = demand.keepAliveMillis();
        this.distributed = demand.distributed();
        this.loading = demand.loading();
        this.avoided = new HashSet<>(demand.avoided());
        this.progressAt = now;
    }

    /**
     * One that nobody waits for, kept beside a replica that is there.
     *
     * @param used agents that are not to be used, with the reason
     */
    static Load standby(Demand like, int contextLength, Map<AgentId, String> used, long now) {
        Load load = new Load(like, contextLength, now);
        load.standby = true;
        load.lost.putAll(used);
        return load;
    }

    /** Whether nobody waits for it: it takes nothing from others, and its failure is no error. */
    boolean isStandby() {
        return standby;
    }

    ModelRef model() {
        return model;
    }

    ModelDigest digest() {
        return digest;
    }

    int contextLength() {
        return contextLength;
    }

    OptionalLong keepAliveMillis() {
        return keepAliveMillis;
    }

    Optional<Boolean> distributed() {
        return distributed;
    }

    LoadOptions loading() {
        return loading;
    }

    /** Whether this load will serve the need; one that has no site yet is widened to it. */
    boolean takesIn(Demand demand, int needed) {
        if (!digest.equals(demand.digest())
                || (needed > contextLength && site.isPresent())
                || (standby && site.isEmpty())
                || site.map(at -> demand.avoided().contains(at.replica())).orElse(false)) {
            return false;
        }
        avoided.addAll(demand.avoided());
        standby = false;
        if (site.isEmpty()) {
            contextLength = Math.max(contextLength, needed);
            keepAliveMillis =
                    demand.keepAliveMillis().isPresent()
                            ? demand.keepAliveMillis()
                            : keepAliveMillis;
            distributed = demand.distributed().or(() -> distributed);
            loading = demand.loading().orElse(loading);
        }
        return true;
    }

    /** Replicas that failed those who wait for it. */
    Set<ReplicaId> avoided() {
        return Set.copyOf(avoided);
    }

    Optional<Site> site() {
        return site;
    }

    void goesTo(Site chosen, long now) {
        site = Optional.of(chosen);
        lastSeen = "";
        progressAt = now;
    }

    void plansAgain(long now) {
        site = Optional.empty();
        lastSeen = "";
        progressAt = now;
    }

    /** The agent cannot be had for this load. */
    void lost(AgentId agent, String reason, long now) {
        lost.put(agent, reason);
        plansAgain(now);
    }

    /** The agent could not take the file over; as a member of a group it may do. */
    void takesNoCopy(AgentId agent) {
        noCopies.add(agent);
    }

    Set<AgentId> noCopies() {
        return Set.copyOf(noCopies);
    }

    /** Agents that failed this load, with the reason. */
    Map<AgentId, String> lost() {
        return Map.copyOf(lost);
    }

    /**
     * What differs from what was seen before is progress; a load that only takes long is fine.
     *
     * @param sight phases and memory of its processes
     */
    void sees(Object sight, long now) {
        if (!sight.equals(lastSeen)) {
            lastSeen = sight;
            progressAt = now;
        }
    }

    /** Its head was aborted, as heads are when a member goes; whether to try again. */
    boolean mayTryAgain() {
        aborts++;
        return aborts <= MOST_ABORTS;
    }

    /** Whether it has shown no progress for longer than this. */
    boolean stalls(Duration timeout, long now) {
        return now - progressAt > timeout.toMillis();
    }
}
