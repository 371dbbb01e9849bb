package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelDigest;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one agent: its newest report and the health service's verdict.
 *
 * @param startedAt milliseconds since 1970, when the agent process started
 * @param sequence grows with each change of the report
 * @param engineFault why it has no engine; empty where it has one
 * @param desired the highest version of desired engines it took on
 */
public record AgentStatus(
        AgentId id,
        String hostId,
        String address,
        Verdict verdict,
        long startedAt,
        long sequence,
        Optional<String> engineFault,
        HostMemory memory,
        Version desired,
        List<ReplicaStatus> replicas,
        List<StoredModel> models) {

    public AgentStatus {
        replicas = List.copyOf(replicas);
        models = List.copyOf(models);
    }

    public boolean alive() {
        return verdict != Verdict.DOWN;
    }

    /** Whether this report was made after {@code other}, or is the same one. */
    boolean atLeastAsNewAs(AgentStatus other) {
        return startedAt > other.startedAt
                || (startedAt == other.startedAt && sequence >= other.sequence);
    }

    Optional<ReplicaStatus> replica(ReplicaId replica) {
        return replicas.stream().filter(status -> status.id().equals(replica)).findFirst();
    }

    Optional<StoredModel> model(ModelDigest digest) {
        return models.stream().filter(model -> model.digest().equals(digest)).findFirst();
    }

    AgentStatus with(Verdict other) {
        return new AgentStatus(
                id,
                hostId,
                address,
                other,
                startedAt,
                sequence,
                engineFault,
                memory,
                desired,
                replicas,
                models);
    }

    AgentSnapshot snapshot() {
        return new AgentSnapshot(id, hostId, address, verdict);
    }
}
