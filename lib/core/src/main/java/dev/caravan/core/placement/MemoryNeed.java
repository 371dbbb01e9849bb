package dev.caravan.core.placement;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;

/**
 * How much memory an engine takes: {@code weights + KV(context * slots) + RESERVE}.
 *
 * <p>All weights count although the engine maps its file: a page that is dropped has to be read
 * again for each token. The whole KV cache counts although it fills only with use: it is allocated
 * at the start and a full one must not push the host into swap.
 */
public final class MemoryNeed {

    /**
     * Compute buffers and the engine's store of idle prompts. The largest compute buffer holds the
     * logits of one micro-batch: 512 tokens x 128 Ki vocabulary x 4 bytes = 256 MiB (llama.cpp's
     * default {@code -ub 512}, the vocabulary of Llama 3). Idle prompts take what {@code
     * --cache-ram} allows, 128 MiB.
     */
    public static final ByteSize RESERVE = ByteSize.ofMebibytes(256 + 128);

    private MemoryNeed() {}

    /**
     * @param contextLength tokens of context of each slot, at least 1
     * @param slots requests the engine runs at once, at least 1
     */
    public static ByteSize of(ModelFacts facts, int contextLength, int slots) {
        if (contextLength < 1 || slots < 1) {
            throw new IllegalArgumentException(
                    "context %d, slots %d (expected: both >= 1)".formatted(contextLength, slots));
        }
        return facts.weights().plus(facts.kvCache((long) contextLength * slots)).plus(RESERVE);
    }

    /**
     * The most tokens of context each slot could have within {@code room}; 0 where not even the
     * weights fit.
     */
    public static long contextWithin(ByteSize room, ModelFacts facts, int slots) {
        ByteSize fixed = facts.weights().plus(RESERVE);
        if (room.compareTo(fixed) < 0) {
            return 0;
        }
        long perToken = facts.kvBytesPerToken() * slots;
        return perToken == 0 ? Long.MAX_VALUE : room.minusOrZero(fixed).bytes() / perToken;
    }
}
