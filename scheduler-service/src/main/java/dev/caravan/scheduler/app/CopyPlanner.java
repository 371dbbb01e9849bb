package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.FitPlanner;
import dev.caravan.core.placement.FitRequest;
import dev.caravan.core.placement.Peer;
import dev.caravan.core.placement.Spread;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds an agent that has the memory for a model but not its file, for where no holder has the
 * memory. A pure function of its arguments.
 */
final class CopyPlanner {

    private CopyPlanner() {}

    /**
     * @param excluded agents that could not take the file over
     * @param rooms of all agents that are alive
     * @param evicts whether idle replicas may have to go for it
     * @return empty where no agent that could load it whole is without its file
     */
    static Optional<CopyOrder> plan(
            Wanted wanted,
            Set<AgentId> excluded,
            Collection<AgentStatus> agents,
            List<AgentRoom> rooms,
            int slots,
            boolean evicts) {
        List<AgentStatus> usable =
                agents.stream()
                        .filter(AgentStatus::alive)
                        .sorted(Comparator.comparing(AgentStatus::id))
                        .toList();
        List<AgentStatus> holders =
                usable.stream().filter(agent -> file(agent, wanted).isPresent()).toList();
        List<Peer> others =
                usable.stream()
                        .filter(agent -> agent.model(wanted.digest()).isEmpty())
                        .filter(agent -> !wanted.lost().containsKey(agent.id()))
                        .filter(agent -> !excluded.contains(agent.id()))
                        .flatMap(agent -> peer(agent, wanted).stream())
                        .toList();
        if (holders.isEmpty() || others.isEmpty() || mustBeSplit(wanted)) {
            return Optional.empty();
        }
        FitRequest request =
                new FitRequest(
                        file(holders.getFirst(), wanted).orElseThrow(),
                        wanted.contextLength(),
                        slots,
                        new Spread.OneAgent(),
                        others,
                        rooms);
        return FitPlanner.plan(request) instanceof FitPlan.Single(var stage, var evict)
                        && (evicts || evict.isEmpty())
                ? usable.stream()
                        .filter(agent -> agent.id().equals(stage.agent()))
                        .findFirst()
                        .map(agent -> order(wanted, agent, holders))
                : Optional.empty();
    }

    private static boolean mustBeSplit(Wanted wanted) {
        return wanted.distributed().orElse(false)
                || !wanted.policy().ranges().isEmpty()
                || wanted.policy().minimumHosts().orElse(1) > 1;
    }

    private static CopyOrder order(Wanted wanted, AgentStatus to, List<AgentStatus> holders) {
        return new CopyOrder(
                to.id(),
                to.address(),
                wanted.model(),
                wanted.digest(),
                holders.stream().map(AgentStatus::address).toList());
    }

    private static Optional<Peer> peer(AgentStatus agent, Wanted wanted) {
        boolean exact = wanted.policy().continuation() == Continuation.EXACT;
        return agent.engine().map(own -> new Peer(agent.id(), own.kind(exact), true));
    }

    /** What an adopted engine has cannot be handed on. */
    private static Optional<ModelFacts> file(AgentStatus agent, Wanted wanted) {
        return agent.model(wanted.digest())
                .filter(model -> model.runner() == ModelRunner.LLAMA_CPP)
                .flatMap(StoredModel::facts);
    }
}
