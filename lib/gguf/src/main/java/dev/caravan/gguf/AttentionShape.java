package dev.caravan.gguf;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a model's attention keeps for each token.
 *
 * @param heads query heads in a layer; the most of any layer where they differ; 0 where the file
 *     tells none
 * @param kvHeads key/value heads of each layer; 0 in a layer without attention
 * @param keyLength numbers in one head's key
 * @param valueLength numbers in one head's value
 */
public record AttentionShape(int heads, List<Integer> kvHeads, int keyLength, int valueLength) {

    private static final int MOST_HEADS = 65_536;
    private static final int MOST_LENGTH = 1 << 20;

    public AttentionShape {
        kvHeads = List.copyOf(kvHeads);
    }

    static AttentionShape of(ModelKeys keys, int layers, int embeddingLength) throws GgufException {
        List<Integer> heads = keys.perLayer("attention.head_count", layers, MOST_HEADS);
        if (heads.isEmpty()) {
            heads = Collections.nCopies(layers, 0);
        }
        List<Integer> kvHeads = keys.perLayer("attention.head_count_kv", layers, MOST_HEADS);
        int first = heads.stream().filter(count -> count > 0).findFirst().orElse(0);
        int length = first == 0 ? 0 : embeddingLength / first;
        OptionalInt keyLength = keys.number("attention.key_length", 0, MOST_LENGTH);
        OptionalInt valueLength = keys.number("attention.value_length", 0, MOST_LENGTH);
        return new AttentionShape(
                Collections.max(heads),
                kvHeads.isEmpty() ? heads : kvHeads,
                keyLength.orElse(length),
                valueLength.orElse(length));
    }

    /** Bytes of cache one token takes over all layers with keys and values at F16. */
    public long cacheBytesPerToken() {
        long kvHeadsInAll = kvHeads.stream().mapToLong(Integer::longValue).sum();
        return kvHeadsInAll * ((long) keyLength + valueLength) * Short.BYTES;
    }
}
