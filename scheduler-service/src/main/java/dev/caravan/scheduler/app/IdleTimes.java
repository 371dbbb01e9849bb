package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Since when each replica has been left alone, told from its reports: a request that began or ended
 * in between has changed the busy slots or moved the expiry. Used by one thread.
 */
final class IdleTimes {

    private record Sight(int busy, OptionalLong expiresAt, long since) {}

    private final Map<ReplicaId, Sight> sights = new HashMap<>();

    void observe(Iterable<AgentStatus> agents, long now) {
        Set<ReplicaId> present = new HashSet<>();
        for (AgentStatus agent : agents) {
            for (ReplicaStatus replica : agent.replicas()) {
                present.add(replica.id());
                sights.compute(
                        replica.id(),
                        (_, before) ->
                                before != null
                                                && before.busy() == replica.busy()
                                                && before.expiresAt().equals(replica.expiresAt())
                                        ? before
                                        : new Sight(replica.busy(), replica.expiresAt(), now));
            }
        }
        sights.keySet().retainAll(present);
    }

    /** Milliseconds since 1970; of a replica that was never seen, the beginning of time. */
    long since(ReplicaId replica) {
        Sight sight = sights.get(replica);
        return sight == null ? 0 : sight.since();
    }
}
