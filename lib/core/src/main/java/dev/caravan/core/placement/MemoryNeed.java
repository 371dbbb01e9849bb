package dev.caravan.core.placement;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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

    /**
     * What an RPC server takes beside layers and their cache: compute buffers, of the same size as
     * a whole engine's since any stage may compute the logits or attend without flash attention;
     * and the process itself, which was seen at 6 to 17 MB.
     */
    public static final ByteSize MEMBER_BUFFERS = ByteSize.ofMebibytes(256 + 32);

    private MemoryNeed() {}

    /** What a head takes beside layers of its own: buffers, and the embeddings it looks up. */
    public static ByteSize headBuffers(ModelFacts facts) {
        return RESERVE.plus(facts.embeddingWeights());
    }

    /** Bytes of these layers. */
    public static ByteSize weights(ModelFacts facts, LayerSpan span) {
        return sum(span, layer -> unitWeights(facts, layer));
    }

    /** Bytes of KV cache of these layers; the output has none. */
    public static ByteSize kv(ModelFacts facts, LayerSpan span, int contextLength, int slots) {
        int layers = Math.max(0, span.lastLayer(facts.layers()) + 1 - span.start());
        return new ByteSize(
                Math.multiplyExact(kvPerLayer(facts, contextLength, slots), (long) layers));
    }

    /** Bytes with cache of each layer in order, the output as the last one. */
    static List<ByteSize> units(ModelFacts facts, int contextLength, int slots) {
        return IntStream.rangeClosed(0, facts.layers())
                .mapToObj(layer -> new LayerSpan(layer, layer + 1))
                .map(one -> weights(facts, one).plus(kv(facts, one, contextLength, slots)))
                .toList();
    }

    private static ByteSize unitWeights(ModelFacts facts, int layer) {
        return layer < facts.layers() ? facts.layerWeights().get(layer) : facts.outputWeights();
    }

    /** Rounded up, so that the layers together never take less than the whole. */
    private static long kvPerLayer(ModelFacts facts, int contextLength, int slots) {
        return Math.ceilDiv(
                facts.kvCache((long) contextLength * slots).bytes(), (long) facts.layers());
    }

    private static ByteSize sum(LayerSpan span, IntFunction<ByteSize> bytes) {
        return IntStream.range(span.start(), span.end())
                .mapToObj(bytes)
                .reduce(ByteSize.ZERO, ByteSize::plus);
    }

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
