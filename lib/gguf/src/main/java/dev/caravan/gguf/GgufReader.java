package dev.caravan.gguf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads what stands before the weights, and nothing of the weights: a few reads for a file of any
 * size. Time and memory are bounded by the limits, not by what the file claims.
 */
public final class GgufReader {

    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

    private final GgufLimits limits;

    /** A reader with {@link GgufLimits#standard}. */
    public GgufReader() {
        this(GgufLimits.standard());
    }

    public GgufReader(GgufLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads the head of {@code file}.
     *
     * @throws GgufException where the file is not sound; the fault says why
     * @throws IOException where it cannot be read
     */
    public GgufFile read(Path file) throws IOException {
        try (FileRangeSource source = new FileRangeSource(file)) {
            return read(source);
        }
    }

    /**
     * Reads the head of {@code source}.
     *
     * @throws GgufException where its content is not sound; the fault says why
     * @throws IOException where it cannot be read
     */
    public GgufFile read(RangeSource source) throws IOException {
        long size = source.size();
        if (size == 0) {
            throw new GgufException(GgufFault.EMPTY, "empty: 0 bytes (expected: a GGUF file)");
        }
        HeaderCursor cursor = new HeaderCursor(source, size, limits.headerBytes());
        checkMagic(cursor);
        int version = version(cursor);
        int tensorCount = count(cursor, "tensors", limits.tensors());
        int keyCount = count(cursor, "metadata entries", limits.keys());
        Map<String, GgufValue> metadata = new MetadataReader(cursor, limits).read(keyCount);
        long alignment = Alignment.of(metadata);
        TensorTableReader table = new TensorTableReader(cursor, alignment);
        List<GgufTensor> tensors = table.read(tensorCount);
        long dataStart = Alignment.up(cursor.position(), alignment);
        table.checkData(tensors, dataStart);
        return new GgufFile(version, metadata, tensors, alignment, dataStart, size);
    }

    private static void checkMagic(HeaderCursor cursor) throws IOException {
        byte[] start = cursor.bytes((int) Math.min(MAGIC.length, cursor.size()));
        if (!Arrays.equals(start, Arrays.copyOf(MAGIC, start.length))) {
            throw new GgufException(
                    GgufFault.NOT_GGUF,
                    "not a GGUF file: starts with %s (expected: \"GGUF\")"
                            .formatted(Quoted.bytes(start)));
        }
        cursor.reach(MAGIC.length - start.length);
    }

    private static int version(HeaderCursor cursor) throws IOException {
        int version = cursor.i32();
        if (version == 2 || version == 3) {
            return version;
        }
        // A version has never needed its upper half, so a number that only has one is reversed.
        if (version != 0 && (version & 0xFFFF) == 0) {
            throw new GgufException(
                    GgufFault.BIG_ENDIAN,
                    "big-endian GGUF of version %d (expected: little-endian; convert the file)"
                            .formatted(Integer.reverseBytes(version)));
        }
        throw new GgufException(
                GgufFault.UNSUPPORTED_VERSION,
                "GGUF version %s (expected: 2 or 3)".formatted(Integer.toUnsignedString(version)));
    }

    private static int count(HeaderCursor cursor, String what, int most) throws IOException {
        long count = cursor.i64();
        if (count < 0 || count > most) {
            throw new GgufException(
                    GgufFault.BAD_COUNT,
                    "%s %s (expected: at most %d)"
                            .formatted(Long.toUnsignedString(count), what, most));
        }
        return (int) count;
    }
}
