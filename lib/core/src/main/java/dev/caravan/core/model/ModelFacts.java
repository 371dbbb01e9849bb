package dev.caravan.core.model;

import java.util.Collections;
import java.util.List;

/**
 * What a plan needs to know of a model, read from the GGUF file itself.
 *
 * @param layers repeating transformer layers
 * @param weights bytes of all tensors
 * @param kvBytesPerToken bytes of KV cache one token takes over all layers, at F16
 * @param trainedContext tokens the model was trained for; 0 where the file does not say
 * @param embeddingLength width of the hidden state
 * @param layerWeights bytes of each repeating layer, in order; as many as {@code layers}
 * @param outputWeights bytes of the output layer as a device holds it, one that is tied to the
 *     token embeddings counted as well
 * @param presetContext tokens of context that the model's own parameters ask for; 0: they do not
 */
public record ModelFacts(
        int layers,
        ByteSize weights,
        long kvBytesPerToken,
        int trainedContext,
        int embeddingLength,
        List<ByteSize> layerWeights,
        ByteSize outputWeights,
        int presetContext) {

    /** An output layer that leaves less than this part of itself for embeddings is tied to them. */
    private static final int TIED_BELOW = 8;

    public ModelFacts {
        if (layers < 1) {
            throw new IllegalArgumentException("layers: " + layers + " (expected: >= 1)");
        }
        if (kvBytesPerToken < 0) {
            throw new IllegalArgumentException(
                    "kvBytesPerToken: " + kvBytesPerToken + " (expected: >= 0)");
        }
        layerWeights = List.copyOf(layerWeights);
        if (layerWeights.size() != layers) {
            throw new IllegalArgumentException(
                    "layerWeights: %d (expected: one for each of %d layers)"
                            .formatted(layerWeights.size(), layers));
        }
    }

    /** Of a model that asks for no context of its own. */
    public ModelFacts(
            int layers,
            ByteSize weights,
            long kvBytesPerToken,
            int trainedContext,
            int embeddingLength,
            List<ByteSize> layerWeights,
            ByteSize outputWeights) {
        this(
                layers,
                weights,
                kvBytesPerToken,
                trainedContext,
                embeddingLength,
                layerWeights,
                outputWeights,
                0);
    }

    /** Of a file whose layers nobody has measured: all layers and the output count the same. */
    public ModelFacts(
            int layers,
            ByteSize weights,
            long kvBytesPerToken,
            int trainedContext,
            int embeddingLength) {
        this(
                layers,
                weights,
                kvBytesPerToken,
                trainedContext,
                embeddingLength,
                Collections.nCopies(Math.max(0, layers), evenShare(layers, weights)),
                evenShare(layers, weights));
    }

    /** Rounded up, so that the parts are never less than the whole. */
    private static ByteSize evenShare(int layers, ByteSize weights) {
        return new ByteSize(Math.ceilDiv(weights.bytes(), Math.max(0, layers) + 1L));
    }

    /** The same, asking for so much context. */
    public ModelFacts withPresetContext(int tokens) {
        return new ModelFacts(
                layers,
                weights,
                kvBytesPerToken,
                trainedContext,
                embeddingLength,
                layerWeights,
                outputWeights,
                tokens);
    }

    /** Bytes of KV cache for {@code tokens} tokens. */
    public ByteSize kvCache(long tokens) {
        return new ByteSize(Math.multiplyExact(kvBytesPerToken, tokens));
    }

    /**
     * Bytes of the token embeddings: what layers and output leave of the file, and as much as the
     * output where it is the same tensor.
     */
    public ByteSize embeddingWeights() {
        long inLayers = layerWeights.stream().mapToLong(ByteSize::bytes).sum();
        long rest = weights.bytes() - inLayers - outputWeights.bytes();
        return rest * TIED_BELOW < outputWeights.bytes() ? outputWeights : new ByteSize(rest);
    }
}
