package dev.caravan.core.model;

/**
 * What a plan needs to know of a model, read from the GGUF file itself.
 *
 * @param layers repeating transformer layers
 * @param weights bytes of all tensors
 * @param kvBytesPerToken bytes of KV cache one token takes over all layers, at F16
 * @param trainedContext tokens the model was trained for; 0 where the file does not say
 * @param embeddingLength width of the hidden state
 */
public record ModelFacts(
        int layers,
        ByteSize weights,
        long kvBytesPerToken,
        int trainedContext,
        int embeddingLength) {

    public ModelFacts {
        if (layers < 1) {
            throw new IllegalArgumentException("layers: " + layers + " (expected: >= 1)");
        }
        if (kvBytesPerToken < 0) {
            throw new IllegalArgumentException(
                    "kvBytesPerToken: " + kvBytesPerToken + " (expected: >= 0)");
        }
    }

    /** Bytes of KV cache for {@code tokens} tokens. */
    public ByteSize kvCache(long tokens) {
        return new ByteSize(Math.multiplyExact(kvBytesPerToken, tokens));
    }
}
