package dev.caravan.gateway.dialect.ollama;

import java.util.OptionalInt;

/**
 * Tokens of context a request needs, raised to a power of two, so that clients with slightly
 * different wishes share a replica instead of reloading it in turn, and cut to what the model was
 * trained for.
 */
final class ContextNeed {

    private static final int SMALLEST = 2048;
    private static final int LARGEST = 1 << 30;

    private ContextNeed() {}

    /**
     * @param asked {@code num_ctx}
     * @param preset where nothing was asked
     * @param trained 0 where the model does not say
     */
    static int tokens(OptionalInt asked, int preset, int trained) {
        int need = Math.clamp(asked.orElse(preset), SMALLEST, LARGEST);
        int bucket = Integer.highestOneBit(need - 1) << 1;
        return trained > 0 ? Math.min(bucket, trained) : bucket;
    }
}
