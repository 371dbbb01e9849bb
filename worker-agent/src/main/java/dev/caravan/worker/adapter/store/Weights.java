package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelFacts;
import java.util.List;
import java.util.Optional;

/**
 * What a GGUF file says of itself.
 *
 * @param contextLength tokens it was trained for; 0 where it does not say
 * @param capabilities Ollama's words for what the file alone can do
 */
record Weights(
        ModelFacts facts,
        String architecture,
        String parameterSize,
        String quantization,
        int contextLength,
        int embeddingLength,
        Optional<String> chatTemplate,
        List<String> capabilities) {}
