package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * All members after a round.
 *
 * @param frozen why nobody is judged at present
 * @param members by agent id
 * @param changed those of which others do not know the latest
 * @param forgotten agents that are members no longer
 * @param refused addresses of agents whose id is another member's
 */
public record Judgement<R>(
        Optional<String> frozen,
        List<Member<R>> members,
        List<Member<R>> changed,
        List<AgentId> forgotten,
        List<URI> refused) {

    public Judgement {
        members = List.copyOf(members);
        changed = List.copyOf(changed);
        forgotten = List.copyOf(forgotten);
        refused = List.copyOf(refused);
    }
}
