package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.app.models.AgentState;
import dev.caravan.gateway.app.models.AgentState.Lent;
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

    /**
     * @param size of all its processes
     * @param members that lend memory to it; absent where it is whole
     */
    record Replica(
            String node,
            long size,
            @JsonProperty("context_length") int contextLength,
            @JsonProperty("expires_at") String expiresAt,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Member> members) {}

    record Member(String node, long size) {}

    public static RunningAnswer of(List<AgentState> agents, Instant now) {
        Map<String, List<LoadedReplica>> byModel =
                agents.stream()
                        .flatMap(agent -> agent.loaded().stream())
                        .collect(
                                Collectors.groupingBy(
                                        replica -> replica.model().key() + ' ' + replica.digest(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        Map<String, List<Lent>> lent =
                agents.stream()
                        .flatMap(agent -> agent.lent().stream())
                        .collect(Collectors.groupingBy(Lent::replica));
        return new RunningAnswer(
                byModel.values().stream()
                        .sorted(
                                Comparator.comparing(
                                                (List<LoadedReplica> replicas) ->
                                                        latest(replicas, now))
                                        .reversed())
                        .map(replicas -> running(replicas, lent, now))
                        .toList());
    }

    private static Running running(
            List<LoadedReplica> loaded, Map<String, List<Lent>> lent, Instant now) {
        LoadedReplica first = loaded.getFirst();
        List<Replica> replicas =
                loaded.stream()
                        .map(
                                each ->
                                        replica(
                                                each,
                                                lent.getOrDefault(each.replica(), List.of()),
                                                now))
                        .toList();
        return new Running(
                first.model().display(),
                first.model().display(),
                replicas.stream().mapToLong(Replica::size).sum(),
                first.digest(),
                ModelDetailsShape.loaded(first.description()),
                ModelTimes.text(latest(loaded, now)),
                // Engines compute on the CPU in this release; what a GPU holds is not told yet.
                0,
                loaded.stream().mapToInt(LoadedReplica::contextLength).max().orElse(0),
                new Cluster(replicas));
    }

    private static Replica replica(LoadedReplica replica, List<Lent> lent, Instant now) {
        return new Replica(
                replica.agent().value(),
                replica.memory() + lent.stream().mapToLong(Lent::memory).sum(),
                replica.contextLength(),
                ModelTimes.text(expiry(replica, now)),
                lent.stream()
                        .map(each -> new Member(each.agent().value(), each.memory()))
                        .toList());
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
