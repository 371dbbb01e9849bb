package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.app.models.AgentState;
import dev.caravan.gateway.app.models.AgentState.LoadedReplica;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The answer of {@code GET /api/ps}: one entry a model, however many replicas it has; {@code
 * caravan} is ours and tells them apart.
 */
public record RunningAnswer(List<Running> models) {

    /** Ollama's default keep-alive: what a busy model has at least once it is idle. */
    private static final Duration BUSY_STAYS = Duration.ofMinutes(5);

    record Running(
            String name,
            String model,
            long size,
            String digest,
            ModelDetailsShape details,
            @JsonProperty("expires_at") String expiresAt,
            @JsonProperty("size_vram") long sizeVram,
            @JsonProperty("context_length") int contextLength,
            Cluster caravan) {}

    record Cluster(List<Replica> replicas) {}

    record Replica(
            String node,
            long size,
            @JsonProperty("context_length") int contextLength,
            @JsonProperty("expires_at") String expiresAt) {}

    public static RunningAnswer of(List<AgentState> agents, Instant now) {
        Map<String, List<LoadedReplica>> byModel =
                agents.stream()
                        .flatMap(agent -> agent.loaded().stream())
                        .collect(
                                Collectors.groupingBy(
                                        replica -> replica.model().key() + ' ' + replica.digest(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        return new RunningAnswer(
                byModel.values().stream()
                        .sorted(
                                Comparator.comparing(
                                                (List<LoadedReplica> replicas) ->
                                                        latest(replicas, now))
                                        .reversed())
                        .map(replicas -> running(replicas, now))
                        .toList());
    }

    private static Running running(List<LoadedReplica> replicas, Instant now) {
        LoadedReplica first = replicas.getFirst();
        return new Running(
                first.model().display(),
                first.model().display(),
                replicas.stream().mapToLong(LoadedReplica::memory).sum(),
                first.digest(),
                ModelDetailsShape.of(first.description()),
                ModelTimes.text(latest(replicas, now)),
                // Engines compute on the CPU in this release; what a GPU holds is not told yet.
                0,
                replicas.stream().mapToInt(LoadedReplica::contextLength).max().orElse(0),
                new Cluster(replicas.stream().map(replica -> replica(replica, now)).toList()));
    }

    private static Replica replica(LoadedReplica replica, Instant now) {
        return new Replica(
                replica.agent().value(),
                replica.memory(),
                replica.contextLength(),
                ModelTimes.text(expiry(replica, now)));
    }

    private static Instant latest(List<LoadedReplica> replicas, Instant now) {
        return replicas.stream()
                .map(replica -> expiry(replica, now))
                .max(Comparator.naturalOrder())
                .orElse(now);
    }

    private static Instant expiry(LoadedReplica replica, Instant now) {
        return ModelTimes.readable(replica.expiresAt().orElse(now.plus(BUSY_STAYS)), now);
    }
}
