package dev.caravan.wire;

/** What plans need of a model file; bytes, and tokens of context (0: the file does not say). */
public record FactsMessage(
        int layers, long weights, long kvBytesPerToken, int trainedContext, int embeddingLength) {}
