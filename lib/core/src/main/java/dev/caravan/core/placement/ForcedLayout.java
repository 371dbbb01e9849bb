package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.Layout.Share;
import dev.caravan.core.placement.StagePlan.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Spreads a model as it was told. A head on CPUs can hold only the first layers in its own process,
 * so the agent of the first range is the head where it has the file; else the next agent of a range
 * that has it, whose own range then goes to an RPC server beside the head; else any that has it.
 */
final class ForcedLayout {

    private final FitRequest request;
    private final List<Spread.Range> ranges;
    private final Peer head;

    /**
     * @throws IllegalArgumentException where an agent of a range is no peer, nobody has the file,
     *     or the ranges do not end with the last layer
     */
    ForcedLayout(FitRequest request, List<Spread.Range> ranges) {
        this.request = request;
        this.ranges = ranges;
        int layers = request.facts().layers();
        int end = ranges.getLast().span().end();
        if (end != layers) {
            throw new IllegalArgumentException(
                    "ranges end with layer %d (expected: %d, the model's last)"
                            .formatted(end - 1, layers - 1));
        }
        this.head = head();
    }

    private Peer head() {
        return ranges.stream()
                .map(range -> peer(range.agent()))
                .filter(Peer::holdsFile)
                .findFirst()
                .or(() -> request.peers().stream().filter(Peer::holdsFile).findFirst())
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "peers: none has the file (expected: at least one)"));
    }

    private Peer peer(AgentId agent) {
        return request.peers().stream()
                .filter(peer -> peer.agent().equals(agent))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "range of agent %s (expected: one of the peers)"
                                                .formatted(agent)));
    }

    /** All agents that take part, the head first. */
    List<Peer> group() {
        List<Peer> group = new ArrayList<>(List.of(head));
        for (Spread.Range range : ranges) {
            Peer peer = peer(range.agent());
            if (!group.contains(peer)) {
                group.add(peer);
            }
        }
        return group;
    }

    /** The only agent of a group that is none. */
    Optional<Peer> alone() {
        return group().size() == 1 && ranges.size() == 1 ? Optional.of(head) : Optional.empty();
    }

    /** Empty where an agent or a machine has too little. */
    Optional<List<StagePlan>> stages(int contextLength, Set<ReplicaId> gone) {
        List<StagePlan> stages = unchecked(contextLength, gone);
        return shortfall(stages, gone) > 0 ? Optional.empty() : Optional.of(stages);
    }

    List<StagePlan> unchecked(int contextLength, Set<ReplicaId> gone) {
        Layout layout = new Layout(request.withContext(contextLength), gone);
        List<StagePlan> stages = new ArrayList<>();
        boolean first = ranges.getFirst().agent().equals(head.agent());
        if (!first) {
            stages.add(layout.bare(share(head, Role.HEAD, gone)));
        }
        for (Spread.Range range : ranges) {
            Role role = stages.isEmpty() ? Role.HEAD : Role.MEMBER;
            stages.add(layout.stage(share(peer(range.agent()), role, gone), withOutput(range)));
        }
        return stages;
    }

    private LayerSpan withOutput(Spread.Range range) {
        LayerSpan span = range.span();
        ModelFacts facts = request.facts();
        return span.end() == facts.layers()
                ? new LayerSpan(span.start(), facts.layers() + 1)
                : span;
    }

    private Share share(Peer peer, Role role, Set<ReplicaId> gone) {
        AgentRoom room = FreeMemory.room(peer.agent(), request.rooms());
        long free =
                Math.min(
                        FreeMemory.ofAgent(room, gone),
                        FreeMemory.ofHost(FreeMemory.host(room.hostId(), request.rooms()), gone));
        return new Share(peer, role, Math.max(0, free), 0);
    }

    /** Bytes that are missing on agents or on machines, whichever is more; 0 where it fits. */
    long shortfall(List<StagePlan> stages, Set<ReplicaId> gone) {
        Map<AgentRoom, Long> perAgent = new LinkedHashMap<>();
        Map<String, Long> perHost = new LinkedHashMap<>();
        for (StagePlan stage : stages) {
            AgentRoom room = FreeMemory.room(stage.agent(), request.rooms());
            perAgent.merge(room, stage.total().bytes(), Long::sum);
            perHost.merge(room.hostId(), stage.total().bytes(), Long::sum);
        }
        long onAgents = 0;
        for (var entry : perAgent.entrySet()) {
            long free = Math.max(0, FreeMemory.ofAgent(entry.getKey(), gone));
            onAgents += Math.max(0, entry.getValue() - free);
        }
        long onHosts = 0;
        for (var entry : perHost.entrySet()) {
            List<AgentRoom> host = FreeMemory.host(entry.getKey(), request.rooms());
            long free = Math.max(0, FreeMemory.ofHost(host, gone));
            onHosts += Math.max(0, entry.getValue() - free);
        }
        return Math.max(onAgents, onHosts);
    }

    /** Bytes the group could offer, each agent counted once. */
    ByteSize room(Set<ReplicaId> gone) {
        return new ByteSize(
                group().stream().mapToLong(peer -> share(peer, Role.HEAD, gone).free()).sum());
    }
}
