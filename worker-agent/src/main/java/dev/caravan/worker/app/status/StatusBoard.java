package dev.caravan.worker.app.status;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.Engines;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.group.Member;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.status.AgentStatus.Expiry;
import dev.caravan.worker.app.status.AgentStatus.MemberStatus;
import dev.caravan.worker.app.status.AgentStatus.ReplicaStatus;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what the agent says of itself and numbers it: the number grows when something has
 * changed since it was last asked. Never blocks.
 */
public final class StatusBoard {

    /** Free memory moves all the time; only steps of this size count as a change. */
    private static final long MEMORY_STEP = 16L << 20;

    /** An idle engine's memory does not move. */
    private static final long ENGINE_STEP = 1L << 20;

    private final EngineSupervisor supervisor;
    private final MemberSupervisor members;
    private final Engines engines;
    private final Optional<AdoptedEngine> adopted;
    private final ModelStore store;
    private final HostMemory memory;
    private final Supplier<Version> desired;
    private final long first;
    private @Nullable Numbered last;

    /** A status with its number; the higher number is the newer status. */
    public record Numbered(long sequence, AgentStatus status) {}

    /**
     * @param startedAt the numbers begin there, so that they grow over restarts too
     */
    public StatusBoard(
            EngineSupervisor supervisor,
            MemberSupervisor members,
            Engines engines,
            Optional<AdoptedEngine> adopted,
            ModelStore store,
            HostMemory memory,
            Supplier<Version> desired,
            Instant startedAt) {
        this.first = startedAt.toEpochMilli();
        this.supervisor = supervisor;
        this.members = members;
        this.engines = engines;
        this.adopted = adopted;
        this.store = store;
        this.memory = memory;
        this.desired = desired;
    }

    public synchronized Numbered now() {
        AgentStatus status = look();
        Numbered before = last;
        if (before != null && before.status().equals(status)) {
            return before;
        }
        Numbered next = new Numbered(before == null ? first : before.sequence() + 1, status);
        last = next;
        return next;
    }

    private AgentStatus look() {
        HostMemory.Sample sample = memory.latest();
        List<StoredModel> models = store.list();
        List<ReplicaStatus> replicas =
                supervisor.replicas().stream().map(replica -> status(replica, sample)).toList();
        Optional<AdoptedEngine.Status> engine = adopted.map(AdoptedEngine::status);
        long told = engine.filter(AdoptedEngine.Status::here).map(_ -> told()).orElse(0L);
        return new AgentStatus(
                engines.availability(),
                new AgentStatus.Memory(
                        sample.total(), step(sample.available()), step(sample.used() + told)),
                new AgentStatus.Store(step(store.freeBytes()), bytes(models)),
                desired.get(),
                replicas,
                members.members().stream().map(member -> status(member, sample)).toList(),
                models,
                engine);
    }

    private static ReplicaStatus status(Replica replica, HostMemory.Sample sample) {
        return new ReplicaStatus(
                replica.wanted(),
                replica.kind(),
                replica.state(),
                replica.gate().busy(),
                memory(replica, sample),
                replica.isIdle() ? new Expiry.Idle(replica.expiresAt()) : new Expiry.InUse());
    }

    private static MemberStatus status(Member member, HostMemory.Sample sample) {
        return new MemberStatus(
                member.wanted(), member.state(), memory(member.state(), sample), member.isLinked());
    }

    private long told() {
        return supervisor.replicas().stream()
                .mapToLong(replica -> replica.toldMemory().orElse(0))
                .sum();
    }

    private static long memory(Replica replica, HostMemory.Sample sample) {
        OptionalLong told = replica.toldMemory();
        return told.isPresent() ? step(told.getAsLong()) : memory(replica.state(), sample);
    }

    /** Of the agent's own store; names that share a digest share their bytes. */
    private static long bytes(List<StoredModel> models) {
        Set<ModelDigest> counted = new HashSet<>();
        return models.stream()
                .filter(model -> model.engine() == ModelRunner.LLAMA_CPP)
                .filter(model -> counted.add(model.digest()))
                .mapToLong(StoredModel::size)
                .sum();
    }

    private static long memory(EngineState state, HostMemory.Sample sample) {
        return sample.engines().getOrDefault(state.processId(), 0L) / ENGINE_STEP * ENGINE_STEP;
    }

    private static long step(long bytes) {
        return bytes / MEMORY_STEP * MEMORY_STEP;
    }
}
