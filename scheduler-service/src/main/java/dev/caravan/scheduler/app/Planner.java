package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.FirstFit;
import dev.caravan.core.placement.MemoryNeed;
import dev.caravan.core.placement.Placement;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the agent of a load: among the holders of its file that are alive and have an engine for
 * it, those that are not suspect first, then by id; {@link FirstFit} takes the first with room.
 * Where there is none, the answer says what was missing and the way out. A pure function of its
 * arguments.
 */
final class Planner {

    private static final Comparator<AgentStatus> READY_FIRST =
            Comparator.comparing((AgentStatus agent) -> agent.verdict() != Verdict.READY)
                    .thenComparing(AgentStatus::id);

    private Planner() {}

    /**
     * @param rooms of all agents that are alive
     * @param slots requests the engine is to run at once
     */
    static Plan plan(Load load, Collection<AgentStatus> agents, List<AgentRoom> rooms, int slots) {
        var holders =
                agents.stream().filter(agent -> agent.model(load.digest()).isPresent()).toList();
        var alive = holders.stream().filter(AgentStatus::alive).toList();
        var equipped = alive.stream().filter(agent -> hasEngine(agent, load)).toList();
        var readable = equipped.stream().filter(agent -> facts(agent, load).isPresent()).toList();
        var candidates =
                readable.stream()
                        .filter(agent -> !load.lost().containsKey(agent.id()))
                        .sorted(READY_FIRST)
                        .toList();
        if (holders.isEmpty()) {
            return new Plan.No(Reasons.notHeld(load, agents.isEmpty()));
        }
        if (alive.isEmpty()) {
            return new Plan.No(Reasons.allDown(load, holders));
        }
        if (equipped.isEmpty()) {
            return new Plan.No(Reasons.noEngine(load, alive));
        }
        if (readable.isEmpty()) {
            return new Plan.No(Reasons.unreadable(load, equipped));
        }
        if (candidates.isEmpty()) {
            return new Plan.No(Reasons.allLost(load));
        }
        return place(load, candidates, rooms, slots);
    }

    private static Plan place(
            Load load, List<AgentStatus> candidates, List<AgentRoom> rooms, int slots) {
        StoredModel model = candidates.getFirst().model(load.digest()).orElseThrow();
        ModelFacts facts = model.facts().orElseThrow();
        ByteSize need = MemoryNeed.of(facts, load.contextLength(), slots);
        List<AgentId> ids = candidates.stream().map(AgentStatus::id).toList();
        return switch (FirstFit.place(need, ids, rooms)) {
            case Placement.Single(var agent, var evict) ->
                    new Plan.Go(agent, evict, model.continuation());
            case Placement.Later(var agent) -> new Plan.Wait(agent);
            case Placement.NoFit noFit ->
                    new Plan.No(Reasons.noFit(load, need, noFit, facts, slots));
        };
    }

    /** An adopted engine has the models it tells of; its agent need not have one of its own. */
    private static boolean hasEngine(AgentStatus agent, Load load) {
        return agent.model(load.digest())
                .map(StoredModel::runner)
                .map(
                        runner ->
                                switch (runner) {
                                    case LLAMA_CPP -> agent.engineFault().isEmpty();
                                    case OLLAMA -> true;
                                })
                .orElse(false);
    }

    private static Optional<ModelFacts> facts(AgentStatus agent, Load load) {
        return agent.model(load.digest()).flatMap(StoredModel::facts);
    }
}
