package dev.caravan.gguf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the tensor table. Engines insist that tensors follow one another without gaps in the order
 * of the table, each at the next multiple of the alignment, so that is checked here; it also rules
 * out overlaps.
 */
final class TensorTableReader {

    /** ggml keeps a name in 64 bytes, the closing NUL included. */
    private static final int NAME_BYTES = 63;

    private static final int DIMENSIONS = 4;

    private final HeaderCursor cursor;
    private final long alignment;

    TensorTableReader(HeaderCursor cursor, long alignment) {
        this.cursor = cursor;
        this.alignment = alignment;
    }

    List<GgufTensor> read(int count) throws IOException {
        List<GgufTensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long next = 0;
        for (int i = 0; i < count; i++) {
            cursor.entering("the name of tensor %d of %d".formatted(i + 1, count));
            String name = cursor.name(NAME_BYTES);
            if (!names.add(name)) {
                throw new GgufException(
                        GgufFault.DUPLICATE_TENSOR,
                        "tensor %s: twice in the table (expected: once)"
                                .formatted(Quoted.name(name)));
            }
            GgufTensor tensor = tensor(name, next);
            tensors.add(tensor);
            next = Alignment.up(next + tensor.bytes(), alignment);
        }
        return tensors;
    }

    /** Refuses the table where the file ends before its last tensor does. */
    void checkData(List<GgufTensor> tensors, long dataStart) throws GgufException {
        for (GgufTensor tensor : tensors) {
            long end = dataStart + tensor.offset() + tensor.bytes();
            if (end > cursor.size()) {
                throw new GgufException(
                        GgufFault.DATA_CUT_OFF,
                        "cut off: tensor %s ends at byte %d of a file of %d bytes"
                                .formatted(Quoted.name(tensor.name()), end, cursor.size()));
            }
        }
    }

    private GgufTensor tensor(String name, long expectedOffset) throws IOException {
        cursor.entering("the shape of tensor " + Quoted.name(name));
        List<Long> shape = shape(name);
        GgmlType type = type(name);
        long elements = elements(name, shape);
        long bytes = bytes(name, shape, type, elements, expectedOffset);
        long offset = cursor.i64();
        if (offset != expectedOffset) {
            throw new GgufException(
                    GgufFault.BAD_TENSOR_OFFSET,
                    "tensor %s: offset %s (expected: %d)"
                            .formatted(
                                    Quoted.name(name),
                                    Long.toUnsignedString(offset),
                                    expectedOffset));
        }
        return new GgufTensor(name, shape, type, offset, elements, bytes);
    }

    private List<Long> shape(String name) throws IOException {
        long dimensions = cursor.u32();
        if (dimensions > DIMENSIONS) {
            throw badShape(name, dimensions + " dimensions (expected: at most " + DIMENSIONS + ")");
        }
        List<Long> shape = new ArrayList<>();
        for (long i = 0; i < dimensions; i++) {
            long length = cursor.i64();
            if (length < 1) {
                throw badShape(
                        name,
                        "dimension %d: %s (expected: 1 to 2^63 - 1)"
                                .formatted(i, Long.toUnsignedString(length)));
            }
            shape.add(length);
        }
        return shape;
    }

    private GgmlType type(String name) throws IOException {
        long number = cursor.u32();
        return GgmlType.of(number)
                .orElseThrow(
                        () ->
                                new GgufException(
                                        GgufFault.BAD_TENSOR_TYPE,
                                        ("tensor %s: type %d (expected: a ggml type such as"
                                                        + " 0 (F32) or 1 (F16))")
                                                .formatted(Quoted.name(name), number)));
    }

    private static long elements(String name, List<Long> shape) throws GgufException {
        try {
            return shape.stream().reduce(1L, Math::multiplyExact);
        } catch (ArithmeticException _) {
            throw badShape(name, shape + " elements (expected: fewer than 2^63)");
        }
    }

    private long bytes(String name, List<Long> shape, GgmlType type, long elements, long offset)
            throws GgufException {
        long row = shape.isEmpty() ? 1 : shape.getFirst();
        if (row % type.blockElements() != 0) {
            throw badShape(
                    name,
                    "rows of %d elements in %s (expected: a multiple of %d)"
                            .formatted(row, type, type.blockElements()));
        }
        long blocks = elements / type.blockElements();
        if (blocks > (cursor.size() - offset) / type.blockBytes()) {
            throw new GgufException(
                    GgufFault.DATA_CUT_OFF,
                    "cut off: tensor %s has %d elements of %s from data byte %d, the file %d bytes"
                            .formatted(Quoted.name(name), elements, type, offset, cursor.size()));
        }
        return blocks * type.blockBytes();
    }

    private static GgufException badShape(String name, String what) {
        return new GgufException(
                GgufFault.BAD_TENSOR_SHAPE, "tensor %s: %s".formatted(Quoted.name(name), what));
    }
}
