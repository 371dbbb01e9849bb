package dev.caravan.gguf;

import java.util.List;

/**
 * A line of the tensor table.
 *
 * @param shape elements in each dimension, the one that varies fastest first; empty for one number
 * @param offset bytes from the start of the tensor data
 * @param elements numbers in the tensor
 * @param bytes bytes they take, without the padding that follows
 */
public record GgufTensor(
        String name, List<Long> shape, GgmlType type, long offset, long elements, long bytes) {

    public GgufTensor {
        shape = List.copyOf(shape);
    }
}
