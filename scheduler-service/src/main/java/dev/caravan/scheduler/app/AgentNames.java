package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the agent that an operator means: by its id, the first letters of it, its host id, its
 * address; the first way that names exactly one.
 */
final class AgentNames {

    /** Fewer letters of an id are taken for a slip. */
    private static final int LEAST_PREFIX = 4;

    private AgentNames() {}

    /**
     * @throws IllegalArgumentException where the name fits no agent or several
     */
    static AgentId resolve(String name, Collection<AgentStatus> agents) {
        return only(agents, agent -> agent.id().value().equals(name))
                .or(() -> only(agents, agent -> agent.hostId().equals(name)))
                .or(() -> only(agents, agent -> authority(agent).equals(name)))
                .or(() -> only(agents, agent -> host(agent).equals(name)))
                .or(() -> byPrefix(name, agents))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "host: \"%s\" (expected: what names one of the agents %s)"
                                                .formatted(name, listed(agents))));
    }

    private static Optional<AgentId> byPrefix(String name, Collection<AgentStatus> agents) {
        return name.length() < LEAST_PREFIX
                ? Optional.empty()
                : only(agents, agent -> agent.id().value().startsWith(name));
    }

    private static Optional<AgentId> only(
            Collection<AgentStatus> agents, Predicate<AgentStatus> named) {
        List<AgentStatus> found = agents.stream().filter(named).toList();
        return found.size() == 1 ? Optional.of(found.getFirst().id()) : Optional.empty();
    }

    private static List<String> listed(Collection<AgentStatus> agents) {
        return agents.stream().map(agent -> agent.id() + " at " + authority(agent)).toList();
    }

    private static String authority(AgentStatus agent) {
        return Optional.ofNullable(URI.create(agent.address()).getAuthority()).orElse("");
    }

    private static String host(AgentStatus agent) {
        return Optional.ofNullable(URI.create(agent.address()).getHost()).orElse("");
    }
}
