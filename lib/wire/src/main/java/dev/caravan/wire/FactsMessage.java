package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What plans need of a model file; bytes, and tokens of context (0: the file does not say).
 *
 * @param layerWeights bytes of each repeating layer, in order; absent from agents that do not tell
 * @param outputWeights bytes of the output layer as a device holds it, a tied one counted
 * @param presetContext num_ctx of the model's own parameters; absent: none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FactsMessage(
        int layers,
        long weights,
        long kvBytesPerToken,
        int trainedContext,
        int embeddingLength,
        @Nullable List<Long> layerWeights,
        @Nullable Long outputWeights,
        @Nullable Integer presetContext) {

    /** Of a model that names no context of its own. */
    public FactsMessage(
            int layers,
            long weights,
            long kvBytesPerToken,
            int trainedContext,
            int embeddingLength,
            @Nullable List<Long> layerWeights,
            @Nullable Long outputWeights) {
        this(
                layers,
                weights,
                kvBytesPerToken,
                trainedContext,
                embeddingLength,
                layerWeights,
                outputWeights,
                null);
    }
}
