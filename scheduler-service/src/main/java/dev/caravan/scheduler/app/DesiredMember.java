package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.placement.LayerSpan;
import java.util.Optional;

/**
 * An RPC server that an agent should lend to a head.
 *
 * @param agent the lender
 * @param group the replica id of the head
 * @param headAgent the only agent that may use it; empty where a leader before this one had formed
 *     the group and the head was not seen yet
 * @param span the layers it will hold, the output counted as one
 * @param memory bytes it is planned to take
 */
public record DesiredMember(
        MemberId id,
        AgentId agent,
        ReplicaId group,
        ModelRef model,
        ModelDigest digest,
        Optional<AgentId> headAgent,
        LayerSpan span,
        Continuation continuation,
        ByteSize memory) {

    /** The wish that a running RPC server fulfils, as far as it can tell. */
    static DesiredMember adopted(AgentId agent, MemberStatus status) {
        return new DesiredMember(
                status.id(),
                agent,
                status.group(),
                status.model(),
                status.digest(),
                Optional.empty(),
                status.span(),
                Continuation.FLUENT,
                status.resident());
    }

    DesiredMember of(AgentId head, Continuation known) {
        return new DesiredMember(
                id, agent, group, model, digest, Optional.of(head), span, known, memory);
    }
}
