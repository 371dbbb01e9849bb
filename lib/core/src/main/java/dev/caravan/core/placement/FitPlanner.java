package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.StagePlan.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * Says where a model goes: whole on one agent, in parts on several, or nowhere and why.
 *
 * <p>A model that is not told otherwise stays whole wherever it could: {@link FirstFit} takes the
 * first agent with room, gives up idle engines for it as Ollama does, and waits for busy ones. It
 * is split only where it would fit no agent that has its file even if nothing else were loaded: one
 * sequence gets no faster over several processes, each of them is one more that can fail, and a
 * split replica would stay long after the engine that was busy has become idle.
 *
 * <p>A split takes the fewest agents ({@link Layout}), and of these the first head in the order of
 * preference; each holds layers in proportion to its room ({@link LayerPartitioner}). Only agents
 * with equal engines form a group. As for whole models, idle engines are given up, the longest idle
 * first, and busy ones are waited for.
 *
 * <p>Cost of a split: O(idle engines x heads x agents^2 x layers^2) at worst, some milliseconds for
 * a dozen agents.
 */
public final class FitPlanner {

    /** No client asks for less. */
    private static final int LEAST_CONTEXT = 512;

    private FitPlanner() {}

    /**
     * @throws IllegalArgumentException where no peer has the file, or forced ranges name an agent
     *     that is no peer or do not end with the last layer
     */
    public static FitPlan plan(FitRequest request) {
        return switch (request.spread()) {
            case Spread.AsItFits() -> asItFits(request);
            case Spread.OneAgent() -> whole(request, request.peers());
            case Spread.Over(var agents) -> SplitPlans.over(request, agents);
            case Spread.Forced(var ranges) -> forced(request, ranges);
        };
    }

    private static FitPlan asItFits(FitRequest request) {
        FitPlan whole = whole(request, request.peers());
        return whole instanceof FitPlan.NoFit none
                ? switch (SplitPlans.over(request, 2)) {
                    case FitPlan.NoFit split -> nearer(none, split);
                    case FitPlan.TooFew _ -> none;
                    case FitPlan other -> other;
                }
                : whole;
    }

    private static FitPlan.NoFit nearer(FitPlan.NoFit whole, FitPlan.NoFit split) {
        return split.shortfall().compareTo(whole.shortfall()) < 0 ? split : whole;
    }

    static FitPlan whole(FitRequest request, List<Peer> peers) {
        List<AgentId> holders = peers.stream().filter(Peer::holdsFile).map(Peer::agent).toList();
        ByteSize need = MemoryNeed.of(request.facts(), request.contextLength(), request.slots());
        return switch (FirstFit.place(need, holders, request.rooms())) {
            case Placement.Single(var agent, var evict) ->
                    new FitPlan.Single(wholeStage(request, agent, Set.copyOf(evict)), evict);
            case Placement.Later(var agent) -> new FitPlan.Later(List.of(agent), need);
            case Placement.NoFit(var shortfall, var best, var room) ->
                    new FitPlan.NoFit(
                            need, shortfall, List.of(best), room, contextWithin(request, room));
        };
    }

    private static StagePlan wholeStage(FitRequest request, AgentId agent, Set<ReplicaId> gone) {
        AgentRoom room = FreeMemory.room(agent, request.rooms());
        long free =
                Math.min(
                        FreeMemory.ofAgent(room, gone),
                        FreeMemory.ofHost(FreeMemory.host(room.hostId(), request.rooms()), gone));
        return new StagePlan(
                agent,
                Role.HEAD,
                Optional.of(new LayerSpan(0, request.facts().layers() + 1)),
                request.facts().weights(),
                request.facts().kvCache((long) request.contextLength() * request.slots()),
                MemoryNeed.RESERVE,
                new ByteSize(Math.max(0, free)));
    }

    private static OptionalInt contextWithin(FitRequest request, ByteSize room) {
        long context = MemoryNeed.contextWithin(room, request.facts(), request.slots());
        return context >= LEAST_CONTEXT && context < request.contextLength()
                ? OptionalInt.of((int) context)
                : OptionalInt.empty();
    }

    private static FitPlan forced(FitRequest request, List<Spread.Range> ranges) {
        ForcedLayout layout = new ForcedLayout(request, ranges);
        if (layout.alone().isPresent()) {
            return whole(request, List.of(layout.alone().get()));
        }
        List<Peer> group = layout.group();
        if (engines(group).size() > 1 || !group.getFirst().engine().canGroup()) {
            return new FitPlan.Unlike(engines(group));
        }
        int context = request.contextLength();
        Optional<FitPlan> now =
                Eviction.least(
                                FreeMemory.idle(request.rooms()),
                                gone -> layout.stages(context, gone))
                        .map(found -> new FitPlan.Split(found.plan(), found.evict()));
        return now.orElseGet(() -> laterOrNever(request, layout));
    }

    private static FitPlan laterOrNever(FitRequest request, ForcedLayout layout) {
        Set<ReplicaId> all = FreeMemory.replicas(request.rooms(), _ -> true);
        List<StagePlan> stages = layout.unchecked(request.contextLength(), all);
        List<AgentId> agents = layout.group().stream().map(Peer::agent).toList();
        long shortfall = layout.shortfall(stages, all);
        return shortfall == 0
                ? new FitPlan.Later(agents, need(stages))
                : new FitPlan.NoFit(
                        need(stages),
                        new ByteSize(shortfall),
                        agents,
                        layout.room(all),
                        largestContext(
                                request.contextLength(),
                                context -> layout.stages(context, all).isPresent()));
    }

    static ByteSize need(List<StagePlan> stages) {
        return stages.stream().map(StagePlan::total).reduce(ByteSize.ZERO, ByteSize::plus);
    }

    static Map<EngineKind, List<AgentId>> engines(List<Peer> peers) {
        Map<EngineKind, List<AgentId>> engines = new LinkedHashMap<>();
        for (Peer peer : peers) {
            engines.merge(
                    peer.engine(),
                    List.of(peer.agent()),
                    (first, second) -> Stream.concat(first.stream(), second.stream()).toList());
        }
        return engines;
    }

    /** The largest context below {@code wished} that fits; what fits a context fits any smaller. */
    static OptionalInt largestContext(int wished, IntPredicate fits) {
        if (wished <= LEAST_CONTEXT || !fits.test(LEAST_CONTEXT)) {
            return OptionalInt.empty();
        }
        int fitting = LEAST_CONTEXT;
        int tooLarge = wished;
        while (tooLarge - fitting > 1) {
            int middle = fitting + (tooLarge - fitting) / 2;
            if (fits.test(middle)) {
                fitting = middle;
            } else {
                tooLarge = middle;
            }
        }
        return OptionalInt.of(fitting);
    }
}
