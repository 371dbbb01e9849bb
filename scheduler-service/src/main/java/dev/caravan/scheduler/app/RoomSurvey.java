package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.HeldEngine;
import dev.caravan.core.placement.HeldEngine.Use;
import dev.caravan.core.placement.MemoryNeed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gathers who holds memory, and who was promised some, for {@link Planner}. */
final class RoomSurvey {

    private final DesiredBook desired;
    private final IdleTimes idleTimes;
    private final Collection<Load> loads;

    RoomSurvey(DesiredBook desired, IdleTimes idleTimes, Collection<Load> loads) {
        this.desired = desired;
        this.idleTimes = idleTimes;
        this.loads = loads;
    }

    /**
     * @param wanted replicas of this model are given up first when they are idle: the new one takes
     *     their place
     */
    List<AgentRoom> rooms(Collection<AgentStatus> agents, ModelDigest wanted) {
        return agents.stream().map(agent -> room(agent, wanted)).toList();
    }

    private AgentRoom room(AgentStatus agent, ModelDigest wanted) {
        List<HeldEngine> engines = new ArrayList<>();
        Set<ReplicaId> counted = new HashSet<>();
        for (ReplicaStatus replica : agent.replicas()) {
            counted.add(replica.id());
            if (!replica.ended()) {
                engines.add(held(agent, replica, wanted));
            }
        }
        for (DesiredEngine engine : desired.engines(agent.id())) {
            if (counted.add(engine.replica())) {
                engines.add(promised(agent, engine));
            }
        }
        for (Load load : loads) {
            load.site()
                    .filter(site -> site.agent().equals(agent.id()))
                    .filter(site -> counted.add(site.engine().replica()))
                    .ifPresent(site -> engines.add(promised(agent, site.engine())));
        }
        HostMemory memory = agent.memory();
        return new AgentRoom(
                agent.id(),
                agent.hostId(),
                memory.total(),
                memory.available(),
                memory.budget(),
                memory.used(),
                engines);
    }

    private HeldEngine held(AgentStatus agent, ReplicaStatus replica, ModelDigest wanted) {
        ByteSize need =
                facts(agent, replica.digest())
                        .map(
                                facts ->
                                        MemoryNeed.of(
                                                facts, replica.contextLength(), replica.slots()))
                        .orElse(replica.resident());
        long since = replica.digest().equals(wanted) ? 0 : idleTimes.since(replica.id());
        return new HeldEngine(
                replica.id(), need, replica.resident(), use(agent.id(), replica), since);
    }

    private Use use(AgentId agent, ReplicaStatus replica) {
        if (replica.phase() == ReplicaStatus.Phase.DRAINING
                || desired.withdrew(agent, replica.id())) {
            return Use.LEAVING;
        }
        boolean awaited =
                loads.stream()
                        .flatMap(load -> load.site().stream())
                        .anyMatch(site -> site.engine().replica().equals(replica.id()));
        return replica.phase() == ReplicaStatus.Phase.READY && replica.busy() == 0 && !awaited
                ? Use.IDLE
                : Use.BUSY;
    }

    private static HeldEngine promised(AgentStatus agent, DesiredEngine engine) {
        ByteSize need =
                facts(agent, engine.digest())
                        .map(
                                facts ->
                                        MemoryNeed.of(
                                                facts,
                                                engine.contextLength(),
                                                Settings.planned(engine.slots())))
                        .orElse(ByteSize.ZERO);
        return new HeldEngine(engine.replica(), need, ByteSize.ZERO, Use.BUSY, 0);
    }

    private static Optional<ModelFacts> facts(AgentStatus agent, ModelDigest digest) {
        return agent.model(digest).flatMap(StoredModel::facts);
    }
}
