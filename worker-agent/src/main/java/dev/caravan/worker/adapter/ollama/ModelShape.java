package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What {@code model_info} tells of a model's size. What it leaves out counts as nothing: Ollama
 * decides itself what fits, and a plan may only be too hopeful, never refuse for want of a figure.
 *
 * @param contextLength tokens it was trained for; 0 where it is not told
 * @param embeddingLength width of the hidden state; 0 where it is not told
 */
record ModelShape(int layers, long kvBytesPerToken, int contextLength, int embeddingLength) {

    private static final int MOST = 1 << 30;

    static ModelShape of(Map<String, @Nullable JsonNode> info) {
        Reader reader = new Reader(info);
        int layers = reader.number("block_count");
        int width = reader.number("embedding_length");
        int heads = reader.number("attention.head_count");
        int kvHeads = reader.number("attention.head_count_kv");
        int usual = heads == 0 ? 0 : width / heads;
        int key = reader.number("attention.key_length");
        int value = reader.number("attention.value_length");
        long perLayer =
                (long) (kvHeads == 0 ? heads : kvHeads)
                        * ((key == 0 ? usual : key) + (value == 0 ? usual : value))
                        * Short.BYTES;
        return new ModelShape(
                Math.max(1, layers), perLayer * layers, reader.number("context_length"), width);
    }

    /**
     * @param size bytes of the model on Ollama's disk
     */
    ModelFacts facts(long size) {
        return new ModelFacts(
                layers,
                new ByteSize(Math.max(0, size)),
                kvBytesPerToken,
                contextLength,
                embeddingLength);
    }

    /** Numbers under the name of the architecture; those that differ by layer are not shown. */
    private record Reader(Map<String, @Nullable JsonNode> info) {

        int number(String suffix) {
            JsonNode architecture = info.get("general.architecture");
            if (architecture == null || !architecture.isString()) {
                return 0;
            }
            JsonNode value = info.get(architecture.stringValue() + "." + suffix);
            return value != null && value.isNumber() ? Math.clamp(value.asLong(), 0, MOST) : 0;
        }
    }
}
