package dev.caravan.gguf;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model's bytes are, without padding.
 *
 * @param total bytes of all tensors
 * @param layers bytes of the tensors {@code blk.N.*}, by N
 * @param tokenEmbedding bytes of {@code token_embd.*}
 * @param output bytes of {@code output.*} and {@code output_norm.*}; where there is no {@code
 *     output.weight}, engines use the token embedding again in its place
 * @param tied whether there is no {@code output.weight}
 */
public record TensorBytes(
        long total, List<Long> layers, long tokenEmbedding, long output, boolean tied) {

    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,4})\\..+");

    public TensorBytes {
        layers = List.copyOf(layers);
    }

    static TensorBytes of(List<GgufTensor> tensors, int layerCount) {
        Long[] layers = new Long[layerCount];
        Arrays.fill(layers, 0L);
        long total = 0;
        long tokenEmbedding = 0;
        long output = 0;
        boolean tied = true;
        for (GgufTensor tensor : tensors) {
            total += tensor.bytes();
            Matcher layer = LAYER.matcher(tensor.name());
            if (layer.matches()) {
                int index = Integer.parseInt(layer.group(1));
                if (index < layerCount) {
                    layers[index] += tensor.bytes();
                }
            } else if (tensor.name().startsWith("token_embd.")) {
                tokenEmbedding += tensor.bytes();
            } else if (tensor.name().startsWith("output.")
                    || tensor.name().startsWith("output_norm.")) {
                output += tensor.bytes();
                tied &= !tensor.name().equals("output.weight");
            }
        }
        return new TensorBytes(total, List.of(layers), tokenEmbedding, output, tied);
    }

    /**
     * Bytes of the output layer in the memory of the device that holds it: one on another device
     * than the token embedding gets a copy of it where the two are tied.
     */
    public long outputOnDevice() {
        return tied ? output + tokenEmbedding : output;
    }

    /** Bytes of tensors outside of all layers. */
    public long outsideLayers() {
        return total - layers.stream().mapToLong(Long::longValue).sum();
    }
}
