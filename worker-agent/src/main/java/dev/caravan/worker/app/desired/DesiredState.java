package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that should run, and what became of it.
 *
 * @param ended engines among them that have ended by themselves and are not started again
 * @param endedMembers members among them of which the same is true
 */
public record DesiredState(
        Version version, Wishes wishes, Set<ReplicaId> ended, Set<MemberId> endedMembers) {

    public static final DesiredState NONE =
            new DesiredState(Version.NONE, Wishes.NONE, Set.of(), Set.of());

    public DesiredState {
        ended = Set.copyOf(ended);
        endedMembers = Set.copyOf(endedMembers);
    }

    List<WantedEngine> engines() {
        return wishes.engines();
    }

    List<WantedMember> members() {
        return wishes.members();
    }

    /** What a newer wish makes of this state; it still knows what has ended of it. */
    DesiredState follow(Version next, Wishes wanted) {
        Set<ReplicaId> still = new HashSet<>(ended);
        still.retainAll(wanted.engines().stream().map(WantedEngine::id).toList());
        Set<MemberId> stillMembers = new HashSet<>(endedMembers);
        stillMembers.retainAll(wanted.members().stream().map(WantedMember::id).toList());
        return new DesiredState(next, wanted, still, stillMembers);
    }

    DesiredState withEnded(ReplicaId id) {
        Set<ReplicaId> more = new HashSet<>(ended);
        more.add(id);
        return new DesiredState(version, wishes, more, endedMembers);
    }

    DesiredState withEnded(MemberId id) {
        Set<MemberId> more = new HashSet<>(endedMembers);
        more.add(id);
        return new DesiredState(version, wishes, ended, more);
    }

    boolean wants(ReplicaId id) {
        return engines().stream().anyMatch(engine -> engine.id().equals(id));
    }

    boolean wants(MemberId id) {
        return wishes.want(id);
    }
}
