package dev.caravan.gguf;

/**
 * How much of a file is read and how much of it is held, whatever the file says of itself.
 *
 * @param headerBytes most bytes header, metadata and tensor table may take together
 * @param keys most metadata entries
 * @param tensors most tensors
 * @param arrayDepth how deep arrays may stand within arrays; 1 is an array of plain values
 * @param keptElements an array with more elements than this is walked past, not held
 * @param keptBytes bytes of values held in all, about; a value that does not fit is walked past
 */
public record GgufLimits(
        long headerBytes, int keys, int tensors, int arrayDepth, int keptElements, long keptBytes) {

    public GgufLimits {
        atLeastOne("headerBytes", headerBytes);
        atLeastOne("keys", keys);
        atLeastOne("tensors", tensors);
        atLeastOne("arrayDepth", arrayDepth);
        atLeastOne("keptElements", keptElements);
        atLeastOne("keptBytes", keptBytes);
    }

    /**
     * Far above real models (headers of 5 to 40 MB, a few dozen keys, a few thousand tensors), and
     * yet no file makes the reader hold more than some tens of MiB. Vocabularies are not held.
     */
    public static GgufLimits standard() {
        return new GgufLimits(256L << 20, 16_384, 65_536, 4, 1_024, 16L << 20);
    }

    /** The same limits, but arrays of up to {@code elements} elements are held. */
    public GgufLimits keeping(int elements, long bytes) {
        return new GgufLimits(headerBytes, keys, tensors, arrayDepth, elements, bytes);
    }

    private static void atLeastOne(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: >= 1)");
        }
    }
}
