package dev.caravan.gateway.app.models;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the agent that uploaded bytes come to. A model is made where all its files lie, and those
 * come one by one, each without a word of the others: what comes soon after another upload goes to
 * the same agent, while that has room for it. Else to the one with most room.
 */
final class UploadPlace {

    /** A client that has more to send begins at once. */
    private static final Duration TOGETHER = Duration.ofMinutes(1);

    /** Most free room first; agents that share a disk are filled evenly. */
    private static final Comparator<AgentState> ROOMIEST =
            Comparator.comparingLong(AgentState::freeBytes)
                    .reversed()
                    .thenComparingLong(AgentState::modelBytes)
                    .thenComparing(AgentState::id);

    private final InstantSource clock;
    private volatile @Nullable Last last;

    private record Last(URI agent, Instant at) {}

    UploadPlace(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * @param length bytes, where it is known
     * @return nothing where there are no agents
     */
    Optional<AgentState> choose(List<AgentState> agents, OptionalLong length) {
        Optional<URI> recent = recent();
        return agents.stream()
                .filter(agent -> recent.filter(agent.address()::equals).isPresent())
                .filter(agent -> agent.freeBytes() > length.orElse(0))
                .findFirst()
                .or(() -> agents.stream().min(ROOMIEST));
    }

    private Optional<URI> recent() {
        return Optional.ofNullable(last)
                .filter(known -> known.at().plus(TOGETHER).isAfter(clock.instant()))
                .map(Last::agent);
    }

    /** An upload to that agent has begun, or has ended. */
    void used(AgentState agent) {
        last = new Last(agent.address(), clock.instant());
    }
}
