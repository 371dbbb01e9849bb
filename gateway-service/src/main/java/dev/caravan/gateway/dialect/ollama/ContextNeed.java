package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.model.ModelFacts;
import java.util.OptionalInt;

/**
 * Tokens of context a request needs. A replica is asked for a power of two, so that clients with
 * slightly different wishes share one instead of reloading it in turn, cut to what the model was
 * trained for; what was asked for still bounds the prompt.
 *
 * @param bucket tokens that a replica must have
 * @param limit tokens asked for, by the request or the model; empty: none were
 */
record ContextNeed(int bucket, OptionalInt limit) {

    private static final int SMALLEST = 2048;
    private static final int LARGEST = 1 << 30;

    /** Ollama's least. */
    private static final int LEAST_ASKED = 4;

    /**
     * @param asked {@code num_ctx} of the request
     * @param preset where neither request nor model ask
     */
    static ContextNeed of(OptionalInt asked, int preset, ModelFacts model) {
        OptionalInt wish = asked;
        if (wish.isEmpty() && model.presetContext() > 0) {
            wish = OptionalInt.of(model.presetContext());
        }
        int need = Math.clamp(wish.orElse(preset), SMALLEST, LARGEST);
        int bucket = Integer.highestOneBit(need - 1) << 1;
        int trained = model.trainedContext();
        return new ContextNeed(
                trained > 0 ? Math.min(bucket, trained) : bucket,
                wish.isEmpty() ? wish : OptionalInt.of(Math.max(LEAST_ASKED, wish.getAsInt())));
    }
}
