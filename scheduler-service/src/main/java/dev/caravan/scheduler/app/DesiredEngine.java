package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.LoadOptions;
import java.util.List;
import java.util.OptionalLong;

/**
 * An engine that an agent should run.
 *
 * @param replica new for each load
 * @param contextLength tokens of context of each slot
 * @param slots requests it runs at once; 0: the agent's own default
 * @param keepAliveMillis after the last request; -1 for ever, empty: the agent's default
 * @param stages where its layers are, in their order; empty where all are in the engine
 * @param engineOptions switches of the model's policy, after the agent's own
 * @param loading wishes of the requests that caused the load
 */
public record DesiredEngine(
        ReplicaId replica,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        int slots,
        Continuation continuation,
        OptionalLong keepAliveMillis,
        List<GroupStage> stages,
        List<String> engineOptions,
        LoadOptions loading) {

    public DesiredEngine {
        stages = List.copyOf(stages);
        engineOptions = List.copyOf(engineOptions);
    }

    boolean isSplit() {
        return !stages.isEmpty();
    }

    /** The wish that a running engine fulfils. */
    static DesiredEngine adopted(ReplicaStatus status) {
        return new DesiredEngine(
                status.id(),
                status.model(),
                status.digest(),
                status.contextLength(),
                status.slots(),
                status.continuation(),
                OptionalLong.empty(),
                status.stages(),
                List.of(),
                LoadOptions.NONE);
    }
}
