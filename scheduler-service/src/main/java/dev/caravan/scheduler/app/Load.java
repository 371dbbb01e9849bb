package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.HashMap;
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
     * @param after replicas that have to be gone before it is told; empty once it is
     */
    record Site(AgentId agent, DesiredEngine engine, Set<ReplicaId> after) {
        Site {
            after = Set.copyOf(after);
        }

        boolean told() {
            return after.isEmpty();
        }
    }

    private final ModelRef model;
    private final ModelDigest digest;
    private final Map<AgentId, String> lost = new HashMap<>();
    private int contextLength;
    private OptionalLong keepAliveMillis;
    private Optional<Site> site = Optional.empty();
    private Optional<ReplicaStatus> lastSeen = Optional.empty();
    private long progressAt;

    Load(Demand demand, int contextLength, long now) {
        this.model = demand.model();
        this.digest = demand.digest();
        this.contextLength = contextLength;
        this.keepAliveMillis = demand.keepAliveMillis();
        this.progressAt = now;
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

    /** Whether this load will serve the need; one that has no site yet is widened to it. */
    boolean takesIn(Demand demand, int needed) {
        if (!digest.equals(demand.digest()) || (needed > contextLength && site.isPresent())) {
            return false;
        }
        if (site.isEmpty()) {
            contextLength = Math.max(contextLength, needed);
            keepAliveMillis =
                    demand.keepAliveMillis().isPresent()
                            ? demand.keepAliveMillis()
                            : keepAliveMillis;
        }
        return true;
    }

    Optional<Site> site() {
        return site;
    }

    void goesTo(Site chosen, long now) {
        site = Optional.of(chosen);
        lastSeen = Optional.empty();
        progressAt = now;
    }

    void plansAgain(long now) {
        site = Optional.empty();
        lastSeen = Optional.empty();
        progressAt = now;
    }

    /** The agent cannot be had for this load. */
    void lost(AgentId agent, String reason, long now) {
        lost.put(agent, reason);
        plansAgain(now);
    }

    /** Agents that failed this load, with the reason. */
    Map<AgentId, String> lost() {
        return Map.copyOf(lost);
    }

    /**
     * A report that differs in phase or memory is progress; a load that only takes long is fine.
     */
    void sees(ReplicaStatus status, long now) {
        boolean same =
                lastSeen.map(
                                before ->
                                        before.phase() == status.phase()
                                                && before.resident().equals(status.resident()))
                        .orElse(false);
        if (!same) {
            lastSeen = Optional.of(status);
            progressAt = now;
        }
    }

    /** Milliseconds since 1970 of the last sign of progress. */
    long progressAt() {
        return progressAt;
    }
}
