package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.placement.Spread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks and numbers policies, and sees that every holder has the newest. One thread. */
final class PolicyDesk {

    /**
     * A holder is told this long after it was seen to lack a policy, and again after as long: most
     * have it already, and only their next report says so.
     */
    private static final long AGAIN_MILLIS = 5_000;

    /** A head and its members. */
    static final int MOST_AGENTS = 16;

    /** More would be replicas for load, not for a death. */
    static final int MOST_STANDBY = 3;

    private final AgentBook agents;
    private final Policies policies;
    private final Map<Due, Long> triedAt = new HashMap<>();

    PolicyDesk(AgentBook agents, Policies policies) {
        this.agents = agents;
        this.policies = policies;
    }

    /** A holder that has not got the newest policy of a model. */
    record Due(AgentId agent, String address, ModelRef model, ModelPolicy policy) {}

    PolicyOrder order(ModelRef model, ModelPolicy wished, long epoch) {
        List<AgentStatus> holders = policies.holders(model);
        if (holders.isEmpty()) {
            return new PolicyOrder.Refused(
                    new LoadOutcome.Failed(
                            FaultCode.MODEL_NOT_FOUND,
                            "model '%s' not found".formatted(model.display())));
        }
        try {
            ModelPolicy checked = checked(model, wished);
            return new PolicyOrder.Tell(checked.with(policies.next(model, epoch)), holders);
        } catch (IllegalArgumentException wrong) {
            return new PolicyOrder.Refused(
                    new LoadOutcome.Failed(
                            FaultCode.INVALID_REQUEST, String.valueOf(wrong.getMessage())));
        }
    }

    private ModelPolicy checked(ModelRef model, ModelPolicy policy) {
        within("minimumHosts", policy.minimumHosts().orElse(1), MOST_AGENTS);
        within("contextLength", policy.contextLength().orElse(1), Integer.MAX_VALUE);
        if (policy.standby().orElse(0) < 0 || policy.standby().orElse(0) > MOST_STANDBY) {
            throw new IllegalArgumentException(
                    "standby: %d (expected: 0 to %d)"
                            .formatted(policy.standby().orElse(0), MOST_STANDBY));
        }
        EngineOptions.check(policy.engineOptions());
        if (policy.ranges().isEmpty()) {
            return policy;
        }
        List<ModelPolicy.Range> named = new ArrayList<>();
        List<Spread.Range> ranges = new ArrayList<>();
        Collection<AgentStatus> known = agents.all();
        for (ModelPolicy.Range range : policy.ranges()) {
            AgentId agent = AgentNames.resolve(range.host(), known);
            named.add(new ModelPolicy.Range(agent.value(), range.span()));
            ranges.add(new Spread.Range(agent, range.span()));
        }
        contiguous(new Spread.Forced(ranges), layers(model));
        return policy.with(named);
    }

    private static void contiguous(Spread.Forced forced, Optional<Integer> layers) {
        int end = forced.ranges().getLast().span().end();
        if (layers.isPresent() && end != layers.get()) {
            throw new IllegalArgumentException(
                    "ranges: end with layer %d (expected: %d, the model's last)"
                            .formatted(end - 1, layers.get() - 1));
        }
    }

    private Optional<Integer> layers(ModelRef model) {
        return policies.holders(model).stream()
                .flatMap(agent -> Policies.held(agent, model).stream())
                .flatMap(held -> held.facts().stream())
                .map(ModelFacts::layers)
                .findFirst();
    }

    private static void within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: 1 to %d)".formatted(name, value, most));
        }
    }

    /** Holders that have to be told now. */
    List<Due> claimDue(long now) {
        Map<String, ModelPolicy> newest = new HashMap<>();
        for (AgentStatus agent : agents.alive()) {
            for (StoredModel model : agent.models()) {
                newest.computeIfAbsent(model.name().key(), _ -> policies.stored(model.name()));
            }
        }
        List<Due> due = new ArrayList<>();
        for (AgentStatus agent : agents.alive()) {
            for (StoredModel model : agent.models()) {
                ModelPolicy policy = newest.getOrDefault(model.name().key(), ModelPolicy.NONE);
                boolean put = policy.version().epoch() > 0;
                if (put && policy.version().newerThan(model.policy().version())) {
                    due.add(new Due(agent.id(), agent.address(), model.name(), policy));
                }
            }
        }
        triedAt.keySet().retainAll(due);
        due.removeIf(each -> now - triedAt.computeIfAbsent(each, _ -> now) < AGAIN_MILLIS);
        due.forEach(each -> triedAt.put(each, now));
        return due;
    }
}
