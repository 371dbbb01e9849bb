package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelRef;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the agent that a new model comes to: of those with about the most room the one whose hash
 * with the name is highest. So the same name goes to the same agent again, by whichever gateway,
 * and finds there what an earlier pull left; and agents that share a disk are filled evenly. Most
 * room alone would not do: it changes with each look. Cost: O(agents).
 */
final class PullPlace {

    /** As much of the most room counts as the most. */
    private static final double ABOUT = 0.9;

    private PullPlace() {}

    static Optional<AgentState> choose(ModelRef name, List<AgentState> agents) {
        long most = agents.stream().mapToLong(AgentState::freeBytes).max().orElse(0);
        return agents.stream()
                .filter(agent -> agent.freeBytes() >= most * ABOUT)
                .max(
                        Comparator.comparingInt((AgentState agent) -> weight(name, agent))
                                .thenComparing(AgentState::id));
    }

    /** The hash's bits are mixed, since those of like texts are alike. */
    private static int weight(ModelRef name, AgentState agent) {
        int hash = (name.key() + ' ' + agent.id().value()).hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 16;
    }
}
