package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.EngineKind;
import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.FitPlanner;
import dev.caravan.core.placement.FitRequest;
import dev.caravan.core.placement.Peer;
import dev.caravan.core.placement.Spread;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses the agents of a load: as heads the holders of its file, as members any, if they are alive
 * and have an engine; those that are not suspect first, then by id. {@link FitPlanner} says how the
 * model goes on them. Where it cannot, the answer says what was missing and the way out. A pure
 * function of its arguments.
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
    static Plan plan(
            Wanted wanted, Collection<AgentStatus> agents, List<AgentRoom> rooms, int slots) {
        return switch (fit(wanted, agents, rooms, slots)) {
            case Fit.Refused(var failure) -> new Plan.No(failure);
            case Fit.Planned(var request, var plan) ->
                    switch (plan) {
                        case FitPlan.Single(var whole, var evict) ->
                                new Plan.Go(List.of(whole), evict);
                        case FitPlan.Split(var stages, var evict) -> new Plan.Go(stages, evict);
                        case FitPlan.Later(var held, _) -> new Plan.Wait(held);
                        case FitPlan.NoFit noFit ->
                                new Plan.No(PlanReasons.noFit(wanted, request, noFit));
                        case FitPlan.Unlike unlike ->
                                new Plan.No(PlanReasons.unlike(wanted, unlike));
                        case FitPlan.TooFew few -> new Plan.No(PlanReasons.tooFew(wanted, few));
                    };
        };
    }

    /** See {@link #plan}; says also how much of what is where. */
    static Fit fit(Wanted wanted, Collection<AgentStatus> all, List<AgentRoom> rooms, int slots) {
        Collection<AgentStatus> agents = able(wanted, all);
        var holders =
                agents.stream().filter(agent -> agent.model(wanted.digest()).isPresent()).toList();
        var alive = holders.stream().filter(AgentStatus::alive).toList();
        var equipped = alive.stream().filter(agent -> engine(agent, wanted).isPresent()).toList();
        var readable = equipped.stream().filter(agent -> facts(agent, wanted).isPresent()).toList();
        var candidates =
                readable.stream()
                        .filter(agent -> !wanted.lost().containsKey(agent.id()))
                        .sorted(READY_FIRST)
                        .toList();
        if (holders.isEmpty()) {
            return new Fit.Refused(PlanReasons.notHeld(wanted, agents.isEmpty()));
        }
        if (alive.isEmpty()) {
            return new Fit.Refused(PlanReasons.allDown(wanted, holders));
        }
        if (equipped.isEmpty()) {
            return new Fit.Refused(PlanReasons.noEngine(wanted, alive));
        }
        if (readable.isEmpty()) {
            return new Fit.Refused(PlanReasons.unreadable(wanted, equipped));
        }
        if (candidates.isEmpty()) {
            return new Fit.Refused(PlanReasons.allLost(wanted));
        }
        ModelFacts facts = facts(candidates.getFirst(), wanted).orElseThrow();
        List<Peer> peers = peers(wanted, agents);
        try {
            Spread spread = spread(wanted, agents, peers);
            FitRequest request =
                    new FitRequest(facts, wanted.contextLength(), slots, spread, peers, rooms);
            return new Fit.Planned(request, FitPlanner.plan(request));
        } catch (IllegalArgumentException stale) {
            // the ranges were right when they were set; agents and models come and go
            return new Fit.Refused(
                    PlanReasons.staleRanges(wanted, String.valueOf(stale.getMessage())));
        }
    }

    /**
     * All agents; where no file of the model can be run by llama.cpp and an Ollama has it, those
     * with one alone: others would fail with a copy of that file too.
     */
    private static Collection<AgentStatus> able(Wanted wanted, Collection<AgentStatus> agents) {
        Map<ModelRunner, List<StoredModel>> held =
                agents.stream()
                        .filter(AgentStatus::alive)
                        .flatMap(agent -> agent.model(wanted.digest()).stream())
                        .collect(Collectors.groupingBy(StoredModel::runner));
        List<StoredModel> files = held.getOrDefault(ModelRunner.LLAMA_CPP, List.of());
        boolean onlyOllama =
                held.containsKey(ModelRunner.OLLAMA)
                        && !files.isEmpty()
                        && files.stream().noneMatch(model -> model.fault().isEmpty());
        return onlyOllama
                ? agents.stream().filter(agent -> hasOllamas(agent, wanted)).toList()
                : agents;
    }

    private static boolean hasOllamas(AgentStatus agent, Wanted wanted) {
        return agent.model(wanted.digest())
                .filter(model -> model.runner() == ModelRunner.OLLAMA)
                .isPresent();
    }

    private static List<Peer> peers(Wanted wanted, Collection<AgentStatus> agents) {
        return agents.stream()
                .filter(AgentStatus::alive)
                .filter(agent -> !wanted.lost().containsKey(agent.id()))
                .sorted(READY_FIRST)
                .flatMap(agent -> peer(agent, wanted).stream())
                .toList();
    }

    private static Optional<Peer> peer(AgentStatus agent, Wanted wanted) {
        boolean holdsFile = facts(agent, wanted).isPresent();
        return engine(agent, wanted).map(kind -> new Peer(agent.id(), kind, holdsFile));
    }

    /** An adopted engine has the models it tells of; its agent need not have one of its own. */
    private static Optional<EngineKind> engine(AgentStatus agent, Wanted wanted) {
        ModelRunner runner =
                agent.model(wanted.digest()).map(StoredModel::runner).orElse(ModelRunner.LLAMA_CPP);
        return switch (runner) {
            case LLAMA_CPP ->
                    agent.engine()
                            .map(
                                    own ->
                                            own.kind(
                                                    wanted.policy().continuation()
                                                            == Continuation.EXACT));
            case OLLAMA -> Optional.of(EngineKind.OLLAMA);
        };
    }

    private static Spread spread(Wanted wanted, Collection<AgentStatus> agents, List<Peer> peers) {
        boolean never = !wanted.distributed().orElse(true);
        List<ModelPolicy.Range> ranges = wanted.policy().ranges();
        if (never) {
            return new Spread.OneAgent();
        }
        if (!ranges.isEmpty()) {
            return new Spread.Forced(
                    ranges.stream().map(range -> named(range, agents, peers)).toList());
        }
        int least = wanted.policy().minimumHosts().orElse(1);
        return least >= 2 || wanted.distributed().orElse(false)
                ? new Spread.Over(Math.max(2, least))
                : new Spread.AsItFits();
    }

    private static Spread.Range named(
            ModelPolicy.Range range, Collection<AgentStatus> agents, List<Peer> peers) {
        var agent = AgentNames.resolve(range.host(), agents);
        if (peers.stream().noneMatch(peer -> peer.agent().equals(agent))) {
            throw new IllegalArgumentException(
                    "agent %s of layers %d-%d is down, has no engine, or failed this load (expected: one that is ready)"
                            .formatted(agent, range.span().start(), range.span().end() - 1));
        }
        return new Spread.Range(agent, range.span());
    }

    private static Optional<ModelFacts> facts(AgentStatus agent, Wanted wanted) {
        return agent.model(wanted.digest()).flatMap(StoredModel::facts);
    }
}
