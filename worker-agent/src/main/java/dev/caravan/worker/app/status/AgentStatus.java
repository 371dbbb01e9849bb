package dev.caravan.worker.app.status;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.Engines;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that an agent reports, at one moment. Memory is in steps, so that two equal ones mean that
 * nothing has happened.
 *
 * @param desired the version of the desired engines that it took on
 * @param adopted an engine that serves several models of its own
 */
public record AgentStatus(
        Engines.Availability engine,
        Memory memory,
        Store store,
        Version desired,
        List<ReplicaStatus> replicas,
        List<MemberStatus> members,
        List<StoredModel> models,
        Optional<AdoptedEngine.Status> adopted) {

    public AgentStatus {
        replicas = List.copyOf(replicas);
        members = List.copyOf(members);
        models = List.copyOf(models);
    }

    /** Bytes of the host's memory, and of its engines. */
    public record Memory(long total, long available, long used) {}

    /** Bytes on the file system that holds the models. */
    public record Store(long free, long models) {}

    /**
     * @param memory resident bytes, see {@link HostMemory.Sample#engines}, or what an adopted
     *     engine tells
     */
    public record ReplicaStatus(
            WantedEngine wanted,
            ModelRunner engine,
            EngineState state,
            int busy,
            long memory,
            Expiry expiry) {}

    /**
     * @param memory resident bytes, see {@link HostMemory.Sample#engines}
     * @param linked whether a head has it
     */
    public record MemberStatus(
            WantedMember wanted, EngineState state, long memory, boolean linked) {}

    /** How long a replica stays. */
    public sealed interface Expiry {
        /** It is in use, or not ready. */
        record InUse() implements Expiry {}

        /** It is idle; empty: it stays for ever. */
        record Idle(Optional<Instant> until) implements Expiry {}
    }
}
