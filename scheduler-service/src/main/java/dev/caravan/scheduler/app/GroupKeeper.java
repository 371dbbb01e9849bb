package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps groups whole: a head that lost a member is withdrawn with the rest of its group, and a
 * member without a head serves nobody. It remembers no groups; they are read off the wishes each
 * time, which a new leader rebuilds from reports. Used by one thread.
 */
final class GroupKeeper {

    /**
     * How long a group may name an agent nobody has heard of: a new leader hears of all in turn.
     */
    static final long UNHEARD_MILLIS = 5_000;

    private final AgentBook agents;
    private final DesiredBook desired;
    private final Map<AgentId, Long> unheardSince = new HashMap<>();
    private final Map<MemberId, Long> headlessSince = new HashMap<>();

    GroupKeeper(AgentBook agents, DesiredBook desired) {
        this.agents = agents;
        this.desired = desired;
    }

    /**
     * Withdraws what is left of broken groups.
     *
     * @param forming groups whose head is going to be told
     */
    void keep(Set<ReplicaId> forming, long now) {
        Set<ReplicaId> headed = new HashSet<>(forming);
        for (AgentId agent : desired.agents()) {
            for (DesiredEngine engine : desired.engines(agent)) {
                if (engine.isSplit() && broken(agent, engine, now)) {
                    desired.withdraw(agent, engine.replica());
                } else if (engine.isSplit()) {
                    headed.add(engine.replica());
                    desired.members(engine.replica()).stream()
                            .filter(member -> member.headAgent().isEmpty())
                            .forEach(
                                    member -> desired.refine(member, agent, engine.continuation()));
                }
            }
        }
        endHeadless(headed, now);
    }

    private boolean broken(AgentId head, DesiredEngine engine, long now) {
        return gone(head, now)
                || engine.stages().stream()
                        .anyMatch(
                                stage ->
                                        stage.member().isPresent()
                                                && !lent(stage.agent(), stage.member().get(), now));
    }

    private boolean lent(AgentId agent, MemberId member, long now) {
        boolean unheard = agents.find(agent).isEmpty();
        return !gone(agent, now) && (unheard || desired.wishes(agent, member));
    }

    /** Down, or not heard of for too long. */
    private boolean gone(AgentId agent, long now) {
        Optional<AgentStatus> status = agents.find(agent);
        if (status.isPresent()) {
            unheardSince.remove(agent);
            return !status.get().alive();
        }
        return now - unheardSince.computeIfAbsent(agent, _ -> now) > UNHEARD_MILLIS;
    }

    private void endHeadless(Set<ReplicaId> headed, long now) {
        Set<MemberId> headless = new HashSet<>();
        for (AgentId agent : desired.agents()) {
            for (DesiredMember member : desired.members(agent)) {
                if (!headed.contains(member.group())) {
                    headless.add(member.id());
                    long since = headlessSince.computeIfAbsent(member.id(), _ -> now);
                    boolean headMayAppear =
                            member.headAgent().flatMap(agents::find).isEmpty()
                                    && now - since <= UNHEARD_MILLIS;
                    if (!headMayAppear) {
                        desired.withdraw(member);
                    }
                }
            }
        }
        headlessSince.keySet().retainAll(headless);
    }
}
