package dev.caravan.worker.api;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.Replica;
import java.util.List;
import java.util.Optional;

/** How busy replicas are, as it crosses between services. */
final class Loads {

    private Loads() {}

    static ReplicaLoad of(Replica replica) {
        return new ReplicaLoad(
                replica.id().value(), replica.gate().taken(), replica.gate().total(), 0, 0);
    }

    static Optional<ReplicaLoad> of(EngineSupervisor supervisor, ReplicaId id) {
        return supervisor.find(id).map(Loads::of);
    }

    /** Of all replicas that answer. */
    static List<ReplicaLoad> all(EngineSupervisor supervisor) {
        return supervisor.replicas().stream()
                .filter(replica -> replica.answering().isPresent())
                .map(Loads::of)
                .toList();
    }
}
