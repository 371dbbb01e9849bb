package dev.caravan.gguf;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What fitting a model into memory and describing it to a user need to know, computed from the head
 * of its file.
 *
 * @param architecture such as {@code llama}; Ollama's family
 * @param name {@code general.name}
 * @param layers repeating transformer layers
 * @param embeddingLength width of the hidden state
 * @param attention heads and what they keep for each token
 * @param trainedContext tokens the model was trained for
 * @param vocabulary number of tokens; 0 where the file does not say
 * @param fileType such as {@code F16} or {@code Q4_K_M}; Ollama's quantization level
 * @param parameters elements of all tensors
 * @param bytes where the bytes are
 * @param chatTemplate the Jinja text of {@code tokenizer.chat_template}
 * @param pooling the number of {@code pooling_type}: such a model makes embeddings
 * @param visionLayers layers of the image encoder, where the file has one
 */
public record GgufFacts(
        String architecture,
        Optional<String> name,
        int layers,
        int embeddingLength,
        AttentionShape attention,
        int trainedContext,
        int vocabulary,
        String fileType,
        ParameterCount parameters,
        TensorBytes bytes,
        Optional<String> chatTemplate,
        OptionalInt pooling,
        OptionalInt visionLayers) {

    /** llama.cpp's LLAMA_MAX_LAYERS. */
    private static final int MOST_LAYERS = 512;

    private static final int MOST_EMBEDDING = 1 << 20;
    private static final int MOST_VOCABULARY = 1 << 28;

    /** Such as {@code F16}, also of a file that is only a part of a model. */
    public static String fileType(GgufFile file) {
        return FileTypeName.of(file);
    }

    /**
     * The facts of a whole language model.
     *
     * @throws GgufException where the file lacks what every engine needs: a key without which none
     *     can load it, weights, or its other parts
     */
    public static GgufFacts of(GgufFile file) throws GgufException {
        EngineNeeds needs = new EngineNeeds(file);
        String architecture = needs.architecture();
        needs.check(architecture);
        ModelKeys keys = new ModelKeys(file, architecture);
        int layers = keys.required("block_count", 1, MOST_LAYERS);
        int embeddingLength = keys.required("embedding_length", 1, MOST_EMBEDDING);
        return new GgufFacts(
                architecture,
                file.text("general.name"),
                layers,
                embeddingLength,
                AttentionShape.of(keys, layers, embeddingLength),
                keys.required("context_length", 1, Integer.MAX_VALUE),
                vocabulary(file, keys),
                FileTypeName.of(file),
                new ParameterCount(file.tensors().stream().mapToLong(GgufTensor::elements).sum()),
                TensorBytes.of(file.tensors(), layers),
                file.text("tokenizer.chat_template"),
                keys.number("pooling_type", -1, Integer.MAX_VALUE),
                keys.number("vision.block_count", 0, MOST_LAYERS));
    }

    private static int vocabulary(GgufFile file, ModelKeys keys) throws GgufException {
        long tokens = file.count("tokenizer.ggml.tokens").orElse(0);
        return tokens > 0 && tokens <= MOST_VOCABULARY
                ? (int) tokens
                : keys.number("vocab_size", 0, MOST_VOCABULARY).orElse(0);
    }
}
