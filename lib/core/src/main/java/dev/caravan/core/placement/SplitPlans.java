package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.StagePlan.Role;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Plans over several agents that nobody has named. */
final class SplitPlans {

    private SplitPlans() {}

    private record Candidate(List<StagePlan> stages, List<ReplicaId> evict) {}

    /**
     * @param least agents, at least 2
     */
    static FitPlan over(FitRequest request, int least) {
        List<List<Peer>> groups =
                groups(request.peers()).stream().filter(group -> group.size() >= least).toList();
        if (groups.isEmpty()) {
            return tooFew(request, least);
        }
        Optional<FitPlan> now =
                groups.stream()
                        .flatMap(group -> withEviction(request, group, least).stream())
                        .min(
                                Comparator.comparingInt((Candidate each) -> each.stages().size())
                                        .thenComparingInt(each -> each.evict().size()))
                        .map(best -> new FitPlan.Split(best.stages(), best.evict()));
        return now.orElseGet(() -> laterOrNever(request, groups, least));
    }

    /** Agents with equal engines of which one has the file, in the order of preference. */
    private static List<List<Peer>> groups(List<Peer> peers) {
        Map<EngineKind, List<Peer>> byEngine =
                peers.stream()
                        .filter(peer -> peer.engine().canGroup())
                        .collect(
                                Collectors.groupingBy(
                                        Peer::engine, LinkedHashMap::new, Collectors.toList()));
        return byEngine.values().stream()
                .filter(group -> group.stream().anyMatch(Peer::holdsFile))
                .toList();
    }

    private static FitPlan tooFew(FitRequest request, int least) {
        List<AgentId> largest =
                groups(request.peers()).stream()
                        .max(Comparator.comparingInt(List::size))
                        .orElse(List.of())
                        .stream()
                        .map(Peer::agent)
                        .toList();
        Set<ReplicaId> all = FreeMemory.replicas(request.rooms(), _ -> true);
        return new Layout(request, all).fewest(request.peers(), least).isPresent()
                ? new FitPlan.Unlike(FitPlanner.engines(request.peers()))
                : new FitPlan.TooFew(least, largest);
    }

    private static Optional<Candidate> withEviction(
            FitRequest request, List<Peer> group, int least) {
        return Eviction.least(
                        FreeMemory.idle(request.rooms()),
                        gone -> new Layout(request, gone).fewest(group, least))
                .map(found -> new Candidate(found.plan(), found.evict()));
    }

    private static FitPlan laterOrNever(FitRequest request, List<List<Peer>> groups, int least) {
        Set<ReplicaId> all = FreeMemory.replicas(request.rooms(), _ -> true);
        Layout empty = new Layout(request, all);
        for (List<Peer> group : groups) {
            Optional<List<StagePlan>> stages = empty.fewest(group, least);
            if (stages.isPresent()) {
                return new FitPlan.Later(
                        stages.get().stream().map(StagePlan::agent).distinct().toList(),
                        FitPlanner.need(stages.get()));
            }
        }
        if (engines(request) > 1 && empty.fewest(request.peers(), least).isPresent()) {
            return new FitPlan.Unlike(FitPlanner.engines(request.peers()));
        }
        return groups.stream()
                .map(group -> never(request, empty, group, least, all))
                .min(Comparator.comparing(FitPlan.NoFit::shortfall))
                .orElseThrow();
    }

    private static long engines(FitRequest request) {
        return request.peers().stream().map(Peer::engine).distinct().count();
    }

    /** What is missing where every agent that has room for a layer takes part. */
    private static FitPlan.NoFit never(
            FitRequest request, Layout empty, List<Peer> group, int least, Set<ReplicaId> all) {
        int most = Math.min(group.size(), Layout.MOST_MEMBERS + 1);
        List<Layout.Share> best =
                group.stream()
                        .filter(Peer::holdsFile)
                        .map(head -> empty.shares(empty.grow(head, group, most)))
                        .map(SplitPlans::useful)
                        .max(Comparator.comparingLong(SplitPlans::room))
                        .orElseThrow();
        long buffers = best.stream().mapToLong(share -> empty.buffers(share.role()).bytes()).sum();
        long need = empty.layers() + buffers;
        long room = room(best);
        // enough in all, and yet some layer finds no place
        long shortfall = need > room ? need - room : empty.largestLayer();
        return new FitPlan.NoFit(
                new ByteSize(need),
                new ByteSize(shortfall),
                best.stream().map(share -> share.peer().agent()).toList(),
                new ByteSize(room),
                FitPlanner.largestContext(
                        request.contextLength(),
                        context ->
                                new Layout(request.withContext(context), all)
                                        .fewest(group, least)
                                        .isPresent()));
    }

    private static List<Layout.Share> useful(List<Layout.Share> shares) {
        return shares.stream()
                .filter(share -> share.role() == Role.HEAD || share.forLayers() > 0)
                .toList();
    }

    private static long room(List<Layout.Share> shares) {
        return shares.stream().mapToLong(Layout.Share::free).sum();
    }
}
