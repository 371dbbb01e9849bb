package dev.caravan.core.cluster;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The slow facts a request is routed by: agents, models on their disks, loaded replicas. A warm
 * request needs nothing else. Swapped whole; {@link #newer} keeps an old message from undoing a new
 * one.
 */
public final class ClusterView {

    public static final ClusterView EMPTY =
            new ClusterView(Version.NONE, List.of(), List.of(), List.of());

    private final Version version;
    private final List<ModelEntry> models;
    private final List<ReplicaSnapshot> replicas;
    private final Map<AgentId, AgentSnapshot> agentsById;
    private final Map<String, ModelEntry> modelsByName;
    private final Map<ModelDigest, List<ReplicaSnapshot>> replicasByDigest;

    /**
     * @throws IllegalArgumentException where two agents share an id or two models a name
     */
    public ClusterView(
            Version version,
            List<AgentSnapshot> agents,
            List<ModelEntry> models,
            List<ReplicaSnapshot> replicas) {
        this.version = version;
        this.models = List.copyOf(models);
        this.replicas = List.copyOf(replicas);
        this.agentsById = index(agents, AgentSnapshot::id);
        this.modelsByName = index(models, entry -> entry.name().key());
        this.replicasByDigest =
                replicas.stream().collect(Collectors.groupingBy(ReplicaSnapshot::digest));
    }

    private static <K, V> Map<K, V> index(List<V> values, Function<V, K> key) {
        return values.stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                key,
                                Function.identity(),
                                (first, second) -> {
                                    throw new IllegalArgumentException(
                                            "twice in one view: " + first + " and " + second);
                                }));
    }

    public Version version() {
        return version;
    }

    public List<AgentSnapshot> agents() {
        return List.copyOf(agentsById.values());
    }

    public List<ModelEntry> models() {
        return models;
    }

    public List<ReplicaSnapshot> replicas() {
        return replicas;
    }

    public Optional<AgentSnapshot> agent(AgentId id) {
        return Optional.ofNullable(agentsById.get(id));
    }

    public Optional<ModelEntry> model(ModelRef name) {
        return Optional.ofNullable(modelsByName.get(name.key()));
    }

    public List<ReplicaSnapshot> replicasOf(ModelDigest digest) {
        return replicasByDigest.getOrDefault(digest, List.of());
    }

    /** Whichever of the two has the higher version. */
    public static ClusterView newer(ClusterView current, ClusterView offered) {
        return offered.version.newerThan(current.version) ? offered : current;
    }
}
