package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What has to be done so that the engines become what is desired. Steps that make room come first,
 * and members before the engines that may need them.
 *
 * <p>Ids are the whole comparison: a replica id stands for one loading with one set of values, so
 * an engine that should be different comes under a new id. A wanted engine that has ended stays
 * ended; that it has is what the one who wants it needs to know.
 */
public final class Reconciliation {

    private Reconciliation() {}

    /** One step. */
    public sealed interface Step {
        /** Ends with its last run, and is forgotten. */
        record End(ReplicaId id) implements Step {}

        record Start(WantedEngine engine) implements Step {}

        /** Ends as soon as no head has it, and is forgotten. */
        record EndMember(MemberId id) implements Step {}

        record StartMember(WantedMember member) implements Step {}
    }

    /**
     * A pure function.
     *
     * @param observed the replicas there are, in whatever state
     * @param lent the members there are, in whatever state
     */
    public static List<Step> steps(
            DesiredState desired, Set<ReplicaId> observed, Set<MemberId> lent) {
        List<Step> steps = new ArrayList<>();
        observed.stream()
                .filter(id -> !desired.wants(id))
                .sorted()
                .map(Step.End::new)
                .forEach(steps::add);
        lent.stream()
                .filter(id -> !desired.wants(id))
                .sorted()
                .map(Step.EndMember::new)
                .forEach(steps::add);
        desired.members().stream()
                .filter(member -> !lent.contains(member.id()))
                .filter(member -> !desired.endedMembers().contains(member.id()))
                .map(Step.StartMember::new)
                .forEach(steps::add);
        desired.engines().stream()
                .filter(engine -> !observed.contains(engine.id()))
                .filter(engine -> !desired.ended().contains(engine.id()))
                .map(Step.Start::new)
                .forEach(steps::add);
        return List.copyOf(steps);
    }
}
