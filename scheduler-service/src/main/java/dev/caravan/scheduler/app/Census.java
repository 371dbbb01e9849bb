package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelRef;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many of each model there are, and who is not used for some.
 *
 * @param models by displayed name
 * @param leftOut agents that plans of some model leave out at present
 */
public record Census(Map<String, Map<Kind, Integer>> models, Map<AgentId, LeftOut> leftOut) {

    public static final Census EMPTY = new Census(Map.of(), Map.of());

    /** What is counted. */
    public enum Kind {
        /** Engines that agents should run. */
        DESIRED,
        READY,
        LOADING,
        /** Copies of the file. */
        ON_DISK
    }

    public Census {
        models = Map.copyOf(models);
        leftOut = Map.copyOf(leftOut);
    }

    static Census of(List<AgentStatus> agents, DesiredBook desired, Map<AgentId, LeftOut> leftOut) {
        Map<String, Map<Kind, Integer>> models = new TreeMap<>();
        for (AgentStatus agent : agents) {
            agent.models().forEach(model -> count(models, model.name(), Kind.ON_DISK));
            for (ReplicaStatus replica : agent.replicas()) {
                switch (replica.phase()) {
                    case READY -> count(models, replica.model(), Kind.READY);
                    case LOADING -> count(models, replica.model(), Kind.LOADING);
                    case DRAINING, EXITED, FAILED -> {}
                }
            }
            desired.engines(agent.id())
                    .forEach(engine -> count(models, engine.model(), Kind.DESIRED));
        }
        return new Census(models, leftOut);
    }

    private static void count(Map<String, Map<Kind, Integer>> models, ModelRef model, Kind kind) {
        models.computeIfAbsent(model.display(), _ -> new EnumMap<>(Kind.class))
                .merge(kind, 1, Integer::sum);
    }
}
