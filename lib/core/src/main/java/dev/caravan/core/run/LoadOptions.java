package dev.caravan.core.run;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an engine is started for a model, in Ollama's words; empty: as the model's own parameters
 * say, else as the agent finds best. They hold for the load that a request causes: a replica that
 * is there serves requests with other wishes as it is, as it does for contexts that are smaller
 * than its own.
 *
 * @param batch tokens of a prompt computed at once
 * @param gpuLayers layers on a GPU; negative: automatic
 * @param mainGpu the one GPU to use
 * @param threads to compute with; 0: automatic
 * @param mmap whether the file is mapped into memory
 */
public record LoadOptions(
        OptionalInt batch,
        OptionalInt gpuLayers,
        OptionalInt mainGpu,
        OptionalInt threads,
        Optional<Boolean> mmap) {

    public static final LoadOptions NONE =
            new LoadOptions(
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty());

    /** These, and {@code others} where these say nothing. */
    public LoadOptions orElse(LoadOptions others) {
        return new LoadOptions(
                first(batch, others.batch),
                first(gpuLayers, others.gpuLayers),
                first(mainGpu, others.mainGpu),
                first(threads, others.threads),
                mmap.or(() -> others.mmap));
    }

    private static OptionalInt first(OptionalInt mine, OptionalInt other) {
        return mine.isPresent() ? mine : other;
    }
}
