package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An engine as its agent reports it.
 *
 * @param contextLength tokens of context one slot has
 * @param busy slots in use
 * @param expiresAt milliseconds since 1970; -1 never; empty while it answers or loads
 * @param exitCode of a process that is gone
 * @param fault why it failed or ended, with its last lines; empty where it did not
 * @param stages where its layers are, in their order; empty where all are in the engine
 */
public record ReplicaStatus(
        ReplicaId id,
        ModelRef model,
        ModelDigest digest,
        Phase phase,
        int contextLength,
        int slots,
        int busy,
        Continuation continuation,
        ByteSize resident,
        OptionalLong expiresAt,
        OptionalInt exitCode,
        String fault,
        List<GroupStage> stages) {

    private static final int ABORTED = 128 + 6;
    private static final int KILLED = 128 + 9;

    /** A report that breaks this is refused whole: decisions rest on it. */
    public ReplicaStatus {
        stages = List.copyOf(stages);
        if (contextLength < 1 || slots < 1 || busy < 0) {
            throw new IllegalArgumentException(
                    "replica %s: context %d, slots %d, busy %d (expected: >= 1, >= 1, >= 0)"
                            .formatted(id, contextLength, slots, busy));
        }
    }

    /** Where an engine process is in its life. */
    public enum Phase {
        LOADING,
        READY,
        DRAINING,
        EXITED,
        FAILED
    }

    /** Wished for and not ended. */
    boolean lives() {
        return phase == Phase.LOADING || phase == Phase.READY;
    }

    /** Aborted by itself, as a head that lost a member, or killed. */
    boolean aborted() {
        int code = exitCode.orElse(0);
        return code == ABORTED || code == KILLED;
    }

    /** Ended by itself, before or after it was ready. */
    boolean ended() {
        return phase == Phase.EXITED || phase == Phase.FAILED;
    }
}
