package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An engine that is to run.
 *
 * @param id new for each load; one that has ended is not started again
 * @param contextLength tokens of context of each slot
 * @param slots requests it runs at once; 0: the agent's default
 * @param keepAlive after the last request
 * @param stages where its layers are
 * @param options switches of the model's policy, after the agent's own; judged when it is started,
 *     so that a bad one fails this engine alone
 * @param loading wishes of the requests that caused the load; the model's own follow them
 */
public record WantedEngine(
        ReplicaId id,
        ModelRef model,
        ModelDigest digest,
        int contextLength,
        int slots,
        Continuation continuation,
        KeepAlive keepAlive,
        Stages stages,
        List<String> options,
        LoadOptions loading) {

    /** Ids name log files. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private static final int MAX_SLOTS = 256;

    public WantedEngine {
        options = List.copyOf(options);
        if (!ID.matcher(id.value()).matches()) {
            throw new IllegalArgumentException(
                    "replica id: \""
                            + id
                            + "\" (expected: 1 to 128 letters, digits, '.', '_', '-')");
        }
        if (contextLength < 1) {
            throw new IllegalArgumentException(
                    "contextLength: " + contextLength + " (expected: >= 1)");
        }
        if (slots < 0 || slots > MAX_SLOTS) {
            throw new IllegalArgumentException(
                    "slots: " + slots + " (expected: 0 to " + MAX_SLOTS + ")");
        }
    }

    /** A whole model, with the agent's switches alone. */
    public WantedEngine(
            ReplicaId id,
            ModelRef model,
            ModelDigest digest,
            int contextLength,
            int slots,
            Continuation continuation,
            KeepAlive keepAlive) {
        this(
                id,
                model,
                digest,
                contextLength,
                slots,
                continuation,
                keepAlive,
                Stages.NONE,
                List.of(),
                LoadOptions.NONE);
    }

    WantedEngine withSlots(int number) {
        return new WantedEngine(
                id,
                model,
                digest,
                contextLength,
                number,
                continuation,
                keepAlive,
                stages,
                options,
                loading);
    }
}
