package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.HeldEngine;
import dev.caravan.core.placement.HeldEngine.Use;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.core.placement.MemoryNeed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Gathers who holds memory, and who was promised some, for {@link Planner}. */
final class RoomSurvey {

    private final DesiredBook desired;
    private final IdleTimes idleTimes;
    private final Collection<Load> loads;
    private final int mostEngines;
    private final Set<ReplicaId> kept;

    /**
     * @param mostEngines of one agent at once; 0: as many as fit
     * @param kept replicas that are not to be given up, be they idle
     */
    RoomSurvey(
            DesiredBook desired,
            IdleTimes idleTimes,
            Collection<Load> loads,
            int mostEngines,
            Set<ReplicaId> kept) {
        this.desired = desired;
        this.idleTimes = idleTimes;
        this.loads = loads;
        this.mostEngines = mostEngines;
        this.kept = Set.copyOf(kept);
    }

    /**
     * @param wanted replicas of this model are given up first when they are idle: the new one takes
     *     their place
     */
    List<AgentRoom> rooms(Collection<AgentStatus> agents, ModelDigest wanted) {
        Map<ReplicaId, HeldEngine> heads = new HashMap<>();
        for (AgentStatus agent : agents) {
            for (ReplicaStatus replica : agent.replicas()) {
                if (!replica.ended()) {
                    heads.put(replica.id(), held(agent, replica, wanted));
                }
            }
        }
        return agents.stream().map(agent -> room(agent, heads)).toList();
    }

    private AgentRoom room(AgentStatus agent, Map<ReplicaId, HeldEngine> heads) {
        List<HeldEngine> engines = new ArrayList<>(engines(agent, heads));
        engines.addAll(members(agent, heads));
        HostMemory memory = agent.memory();
        long resident = engines.stream().mapToLong(engine -> engine.resident().bytes()).sum();
        return new AgentRoom(
                agent.id(),
                agent.hostId(),
                memory.total(),
                memory.available(),
                memory.budget(),
                new ByteSize(Math.max(memory.used().bytes(), resident)),
                engines,
                mostEngines);
    }

    private List<HeldEngine> engines(AgentStatus agent, Map<ReplicaId, HeldEngine> heads) {
        List<HeldEngine> engines = new ArrayList<>();
        Set<ReplicaId> counted = new HashSet<>();
        for (ReplicaStatus replica : agent.replicas()) {
            counted.add(replica.id());
            Optional.ofNullable(heads.get(replica.id()))
                    .filter(_ -> !replica.ended())
                    .ifPresent(engines::add);
        }
        for (DesiredEngine engine : desired.engines(agent.id())) {
            if (counted.add(engine.replica())) {
                engines.add(promised(agent, engine));
            }
        }
        for (Load load : loads) {
            load.site()
                    .filter(site -> site.agent().equals(agent.id()))
                    .filter(site -> counted.add(site.replica()))
                    .ifPresent(site -> engines.add(promised(agent, site.engine())));
        }
        return engines;
    }

    /** A member can be given up when its head can: it goes with it. */
    private List<HeldEngine> members(AgentStatus agent, Map<ReplicaId, HeldEngine> heads) {
        List<HeldEngine> members = new ArrayList<>();
        Set<MemberId> counted = new HashSet<>();
        Map<MemberId, ByteSize> planned = new HashMap<>();
        desired.members(agent.id()).forEach(each -> planned.put(each.id(), each.memory()));
        for (MemberStatus member : agent.members()) {
            counted.add(member.id());
            if (!member.ended()) {
                ByteSize need = planned.getOrDefault(member.id(), member.resident());
                HeldEngine head = heads.get(member.group());
                boolean wished = planned.containsKey(member.id());
                members.add(
                        new HeldEngine(
                                member.group(),
                                need,
                                member.resident(),
                                wished ? head == null ? Use.BUSY : head.use() : Use.LEAVING,
                                head == null ? 0 : head.idleSince()));
            }
        }
        Stream.concat(
                        desired.members(agent.id()).stream(),
                        loads.stream()
                                .flatMap(load -> load.site().stream())
                                .flatMap(site -> site.members().stream())
                                .filter(member -> member.agent().equals(agent.id())))
                .filter(member -> counted.add(member.id()))
                .forEach(
                        member ->
                                members.add(
                                        new HeldEngine(
                                                member.group(),
                                                member.memory(),
                                                ByteSize.ZERO,
                                                Use.BUSY,
                                                0)));
        return members;
    }

    private HeldEngine held(AgentStatus agent, ReplicaStatus replica, ModelDigest wanted) {
        ByteSize need =
                facts(agent, replica.digest())
                        .map(
                                facts ->
                                        need(
                                                facts,
                                                replica.stages(),
                                                replica.contextLength(),
                                                replica.slots()))
                        .orElse(replica.resident());
        long since = replica.digest().equals(wanted) ? 0 : idleTimes.since(replica.id());
        return new HeldEngine(
                replica.id(), need, replica.resident(), use(agent.id(), replica), since);
    }

    /** Of the engine process alone. */
    private static ByteSize need(
            ModelFacts facts, List<GroupStage> stages, int contextLength, int slots) {
        if (stages.isEmpty()) {
            return MemoryNeed.of(facts, contextLength, slots);
        }
        ByteSize buffers = MemoryNeed.headBuffers(facts);
        GroupStage first = stages.getFirst();
        if (first.member().isPresent()) {
            return buffers;
        }
        LayerSpan own = new LayerSpan(0, Math.min(first.layers(), facts.layers() + 1));
        return buffers.plus(MemoryNeed.weights(facts, own))
                .plus(MemoryNeed.kv(facts, own, contextLength, slots));
    }

    private Use use(AgentId agent, ReplicaStatus replica) {
        if (replica.phase() == ReplicaStatus.Phase.DRAINING
                || desired.withdrew(agent, replica.id())) {
            return Use.LEAVING;
        }
        boolean awaited =
                loads.stream()
                        .flatMap(load -> load.site().stream())
                        .anyMatch(site -> site.replica().equals(replica.id()));
        boolean free = !awaited && !kept.contains(replica.id());
        return replica.phase() == ReplicaStatus.Phase.READY && replica.busy() == 0 && free
                ? Use.IDLE
                : Use.BUSY;
    }

    private static HeldEngine promised(AgentStatus agent, DesiredEngine engine) {
        ByteSize need =
                facts(agent, engine.digest())
                        .map(
                                facts ->
                                        need(
                                                facts,
                                                engine.stages(),
                                                engine.contextLength(),
                                                Settings.planned(engine.slots())))
                        .orElse(ByteSize.ZERO);
        return new HeldEngine(engine.replica(), need, ByteSize.ZERO, Use.BUSY, 0);
    }

    private static Optional<ModelFacts> facts(AgentStatus agent, ModelDigest digest) {
        return agent.model(digest).flatMap(StoredModel::facts);
    }
}
