package dev.caravan.core.placement;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.StagePlan.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Spreads a model over a head and members. Agents are added to the head one by one, each time the
 * one that adds most room for layers, so that two agents of one machine do not count its memory
 * twice; where several add the same, the first in the order of preference.
 */
final class Layout {

    /** More make the head abort. */
    static final int MOST_MEMBERS = 15;

    private final FitRequest request;
    private final List<ByteSize> units;
    private final Set<ReplicaId> gone;

    Layout(FitRequest request, Set<ReplicaId> gone) {
        this.request = request;
        this.units = MemoryNeed.units(request.facts(), request.contextLength(), request.slots());
        this.gone = Set.copyOf(gone);
    }

    /** An agent in a group with the bytes it has for layers, beside its buffers; may be < 0. */
    record Share(Peer peer, Role role, long free, long forLayers) {}

    /** The stages with the fewest agents, at least {@code least}; empty where they do not fit. */
    Optional<List<StagePlan>> fewest(List<Peer> peers, int least) {
        int most = Math.min(peers.size(), MOST_MEMBERS + 1);
        for (int agents = Math.max(2, least); agents <= most; agents++) {
            for (Peer head : peers) {
                if (head.holdsFile()) {
                    List<Peer> group = grow(head, peers, agents);
                    Optional<List<StagePlan>> stages = stages(group);
                    if (stages.isPresent()) {
                        return stages;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The head first. */
    List<Peer> grow(Peer head, List<Peer> peers, int agents) {
        List<Peer> group = new ArrayList<>(List.of(head));
        while (group.size() < agents) {
            Peer best = null;
            long most = Long.MIN_VALUE;
            for (Peer peer : peers) {
                if (!group.contains(peer)) {
                    group.add(peer);
                    long room = room(group);
                    group.removeLast();
                    if (room > most) {
                        best = peer;
                        most = room;
                    }
                }
            }
            if (best == null) {
                return group;
            }
            group.add(best);
        }
        return group;
    }

    private long room(List<Peer> group) {
        return shares(group).stream().mapToLong(share -> Math.max(0, share.forLayers())).sum();
    }

    /** Agents of one machine get its memory in proportion to what each could have of it alone. */
    List<Share> shares(List<Peer> group) {
        Map<Peer, Long> alone = new LinkedHashMap<>();
        Map<String, Long> perHost = new HashMap<>();
        for (Peer peer : group) {
            AgentRoom room = FreeMemory.room(peer.agent(), request.rooms());
            long free = Math.max(0, FreeMemory.ofAgent(room, gone));
            alone.put(peer, free);
            perHost.merge(room.hostId(), free, Long::sum);
        }
        List<Share> shares = new ArrayList<>();
        for (Peer peer : group) {
            String host = FreeMemory.room(peer.agent(), request.rooms()).hostId();
            long sum = perHost.getOrDefault(host, 0L);
            long ofHost =
                    Math.max(0, FreeMemory.ofHost(FreeMemory.host(host, request.rooms()), gone));
            long own = alone.getOrDefault(peer, 0L);
            long free = sum <= ofHost ? own : (long) ((double) own / sum * ofHost);
            Role role = shares.isEmpty() ? Role.HEAD : Role.MEMBER;
            shares.add(new Share(peer, role, free, free - buffers(role).bytes()));
        }
        return shares;
    }

    ByteSize buffers(Role role) {
        return role == Role.HEAD
                ? MemoryNeed.headBuffers(request.facts())
                : MemoryNeed.MEMBER_BUFFERS;
    }

    /** Bytes of all layers. */
    long layers() {
        return units.stream().mapToLong(ByteSize::bytes).sum();
    }

    long largestLayer() {
        return units.stream().mapToLong(ByteSize::bytes).max().orElseThrow();
    }

    /** The head goes without layers only where it has no room for one. */
    private Optional<List<StagePlan>> stages(List<Peer> group) {
        List<Share> shares = shares(group);
        Share head = shares.getFirst();
        List<Share> members =
                shares.stream()
                        .skip(1)
                        // the output is the largest layer of many models: the most room last
                        .sorted(Comparator.comparingLong(Share::forLayers))
                        .toList();
        if (shares.size() != group.size() || head.forLayers() < 0) {
            return Optional.empty();
        }
        List<Share> all = new ArrayList<>(List.of(head));
        all.addAll(members);
        return divided(all)
                .or(
                        () ->
                                members.isEmpty()
                                        ? Optional.empty()
                                        : divided(members)
                                                .map(stages -> behind(bare(head), stages)));
    }

    private Optional<List<StagePlan>> divided(List<Share> shares) {
        List<ByteSize> rooms =
                shares.stream().map(share -> new ByteSize(Math.max(0, share.forLayers()))).toList();
        return LayerPartitioner.split(units, rooms)
                .map(
                        spans -> {
                            List<StagePlan> stages = new ArrayList<>();
                            for (int stage = 0; stage < spans.size(); stage++) {
                                stages.add(stage(shares.get(stage), spans.get(stage)));
                            }
                            return stages;
                        });
    }

    private static List<StagePlan> behind(StagePlan head, List<StagePlan> stages) {
        List<StagePlan> all = new ArrayList<>(List.of(head));
        all.addAll(stages);
        return all;
    }

    StagePlan bare(Share head) {
        return new StagePlan(
                head.peer().agent(),
                Role.HEAD,
                Optional.empty(),
                ByteSize.ZERO,
                ByteSize.ZERO,
                buffers(Role.HEAD),
                new ByteSize(Math.max(0, head.free())));
    }

    StagePlan stage(Share share, LayerSpan span) {
        ModelFacts facts = request.facts();
        return new StagePlan(
                share.peer().agent(),
                share.role(),
                Optional.of(span),
                MemoryNeed.weights(facts, span),
                MemoryNeed.kv(facts, span, request.contextLength(), request.slots()),
                buffers(share.role()),
                new ByteSize(Math.max(0, share.free())));
    }
}
