package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelRef;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The policies of all models: the highest version that any holder tells or that was put here. What
 * nobody has put is filled up from the configuration. Used by one thread.
 */
final class Policies {

    private final Map<String, PolicyDefaults> defaults;
    private final AgentBook agents;
    private final Map<String, ModelPolicy> put = new HashMap<>();

    /**
     * @param defaults by {@link ModelRef#key}
     */
    Policies(Map<String, PolicyDefaults> defaults, AgentBook agents) {
        this.defaults = Map.copyOf(defaults);
        this.agents = agents;
    }

    /** What holds for a model. */
    ModelPolicy of(ModelRef model) {
        ModelPolicy stored = stored(model);
        PolicyDefaults configured = defaults.get(model.key());
        return stored.version().epoch() > 0 || configured == null
                ? stored
                : configured.over(stored);
    }

    /** What lies beside its manifests, the highest version of them. */
    ModelPolicy stored(ModelRef model) {
        return Stream.concat(
                        Optional.ofNullable(put.get(model.key())).stream(),
                        holders(model).stream()
                                .flatMap(agent -> held(agent, model).stream())
                                .map(StoredModel::policy))
                .max(Comparator.comparing(ModelPolicy::version))
                .orElse(ModelPolicy.NONE);
    }

    /** A version above all that are known of a model. */
    Version next(ModelRef model, long epoch) {
        Version highest = stored(model).version();
        return highest.epoch() >= epoch ? highest.next() : new Version(epoch, 1);
    }

    void put(ModelRef model, ModelPolicy policy) {
        put.merge(
                model.key(),
                policy,
                (before, now) -> now.version().newerThan(before.version()) ? now : before);
    }

    /** Agents that are alive and hold a model of that name. */
    List<AgentStatus> holders(ModelRef model) {
        return agents.alive().stream().filter(agent -> held(agent, model).isPresent()).toList();
    }

    static Optional<StoredModel> held(AgentStatus agent, ModelRef model) {
        return agent.models().stream()
                .filter(stored -> stored.name().key().equals(model.key()))
                .findFirst();
    }
}
