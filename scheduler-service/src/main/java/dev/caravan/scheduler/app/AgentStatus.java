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
 * @param engine empty where it has none
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
        Optional<EngineStatus> engine,
        String engineFault,
        HostMemory memory,
        Version desired,
        List<ReplicaStatus> replicas,
        List<MemberStatus> members,
        List<StoredModel> models) {

    public AgentStatus {
        replicas = List.copyOf(replicas);
        members = List.copyOf(members);
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

    Optional<MemberStatus> member(MemberId member) {
        return members.stream().filter(status -> status.id().equals(member)).findFirst();
    }

    Optional<StoredModel> model(ModelDigest digest) {
        return models.stream().filter(model -> model.digest().equals(digest)).findFirst();
    }

    /** Whether a process of this replica or its group is still there. */
    boolean holds(ReplicaId replica) {
        return replicas.stream().anyMatch(each -> each.id().equals(replica) && !each.ended())
                || members.stream().anyMatch(each -> each.group().equals(replica) && !each.ended());
    }

    AgentStatus with(Verdict other) {
        return new AgentStatus(
                id,
                hostId,
                address,
                other,
                startedAt,
                sequence,
                engine,
                engineFault,
                memory,
                desired,
                replicas,
                members,
                models);
    }

    AgentSnapshot snapshot() {
        return new AgentSnapshot(id, hostId, address, verdict);
    }
}
