package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.model.ModelDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The newest word of each agent. Reports come two ways, from the agent itself and through the
 * health service; the one with the higher {@code (startedAt, sequence)} holds, whichever way it
 * came. Verdicts come from the health service alone. An agent that nobody speaks of stays as it
 * was: absence of reports is not death.
 */
final class AgentBook {

    private final Map<AgentId, AgentStatus> agents = new TreeMap<>();
    private final Map<AgentId, Long> stopped = new HashMap<>();

    /**
     * What an agent said of itself; its verdict holds on unless the process is a new one. From
     * another address than that of the living agent of its id it is not taken: whether the agent
     * has moved or there are two of one id is the health service's to find out.
     */
    void said(AgentStatus offered) {
        AgentStatus known = agents.get(offered.id());
        if (known != null && known.alive() && !known.address().equals(offered.address())) {
            return;
        }
        if (known == null || offered.startedAt() > known.startedAt()) {
            agents.put(offered.id(), judged(offered.with(Verdict.READY)));
        } else if (offered.atLeastAsNewAs(known)) {
            agents.put(offered.id(), offered.with(known.verdict()));
        }
    }

    /** What the health service wrote of an agent. */
    void recorded(AgentStatus offered) {
        AgentStatus known = agents.get(offered.id());
        if (known == null || offered.atLeastAsNewAs(known)) {
            agents.put(offered.id(), judged(offered));
        } else if (offered.startedAt() == known.startedAt()) {
            agents.put(offered.id(), judged(known.with(offered.verdict())));
        }
    }

    /** The agent process that started then is ending; only a later one is alive again. */
    void stopping(AgentId agent, long startedAt) {
        stopped.put(agent, startedAt);
        agents.computeIfPresent(agent, (_, known) -> judged(known));
    }

    private AgentStatus judged(AgentStatus status) {
        Long ended = stopped.get(status.id());
        return ended != null && status.startedAt() <= ended ? status.with(Verdict.DOWN) : status;
    }

    /** Drops agents that are down and that the health service no longer lists. */
    void forgetDownExcept(Set<AgentId> listed) {
        agents.values().removeIf(status -> !status.alive() && !listed.contains(status.id()));
        stopped.keySet().retainAll(agents.keySet());
    }

    Optional<AgentStatus> find(AgentId agent) {
        return Optional.ofNullable(agents.get(agent));
    }

    /** A context cut to what the model was trained for, where its file says. */
    int trainedAtMost(ModelDigest digest, int wished) {
        return alive().stream()
                .flatMap(agent -> agent.model(digest).stream())
                .flatMap(model -> model.facts().stream())
                .mapToInt(facts -> facts.trainedContext())
                .filter(trained -> trained > 0)
                .map(trained -> Math.min(trained, wished))
                .findFirst()
                .orElse(wished);
    }

    /** All agents, by id. */
    Collection<AgentStatus> all() {
        return List.copyOf(agents.values());
    }

    /** Agents that are not down, by id. */
    List<AgentStatus> alive() {
        return agents.values().stream().filter(AgentStatus::alive).toList();
    }
}
