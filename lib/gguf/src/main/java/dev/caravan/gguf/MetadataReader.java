package dev.caravan.gguf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the metadata entries; holds values while the limits allow and walks past the others. */
final class MetadataReader {

    /** Longer keys are in no model; the format would allow 65,535 bytes. */
    private static final int KEY_BYTES = 1_024;

    /** About what one held value costs beside its text. */
    private static final long VALUE_OVERHEAD = 48;

    private final HeaderCursor cursor;
    private final GgufLimits limits;
    private long left;

    MetadataReader(HeaderCursor cursor, GgufLimits limits) {
        this.cursor = cursor;
        this.limits = limits;
        this.left = limits.keptBytes();
    }

    Map<String, GgufValue> read(int count) throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            cursor.entering("the key of metadata entry %d of %d".formatted(i + 1, count));
            String key = cursor.name(KEY_BYTES);
            cursor.entering("the value of " + Quoted.name(key));
            if (metadata.putIfAbsent(key, value(type(key), key, 1)) != null) {
                throw new GgufException(
                        GgufFault.DUPLICATE_KEY,
                        "%s: twice in the metadata (expected: once)".formatted(Quoted.name(key)));
            }
        }
        return metadata;
    }

    private ValueType type(String key) throws IOException {
        long number = cursor.u32();
        return ValueType.of(number)
                .orElseThrow(
                        () ->
                                new GgufException(
                                        GgufFault.BAD_TYPE,
                                        "%s: value type %d (expected: 0 to 12)"
                                                .formatted(Quoted.name(key), number)));
    }

    private GgufValue value(ValueType type, String key, int depth) throws IOException {
        return switch (type) {
            case U8 -> new GgufValue.Whole(type, cursor.u8());
            case I8 -> new GgufValue.Whole(type, (byte) cursor.u8());
            case U16 -> new GgufValue.Whole(type, cursor.u16());
            case I16 -> new GgufValue.Whole(type, (short) cursor.u16());
            case U32 -> new GgufValue.Whole(type, cursor.u32());
            case I32 -> new GgufValue.Whole(type, cursor.i32());
            case U64, I64 -> new GgufValue.Whole(type, cursor.i64());
            case F32 -> new GgufValue.Real(Float.intBitsToFloat(cursor.i32()));
            case F64 -> new GgufValue.Real(Double.longBitsToDouble(cursor.i64()));
            case BOOL -> flag(key);
            case STRING -> text();
            case ARRAY -> array(key, depth);
        };
    }

    private GgufValue flag(String key) throws IOException {
        int value = cursor.u8();
        if (value > 1) {
            throw new GgufException(
                    GgufFault.BAD_VALUE,
                    "%s: truth value %d (expected: 0 or 1)".formatted(Quoted.name(key), value));
        }
        return new GgufValue.Flag(value == 1);
    }

    private GgufValue text() throws IOException {
        long length = cursor.i64();
        cursor.reach(length);
        if (!hold(length)) {
            cursor.skip(length);
            return new GgufValue.LongText(length);
        }
        return new GgufValue.Text(new String(cursor.bytes((int) length), StandardCharsets.UTF_8));
    }

    private GgufValue array(String key, int depth) throws IOException {
        if (depth > limits.arrayDepth()) {
            throw new GgufException(
                    GgufFault.NESTED_TOO_DEEP,
                    "%s: arrays %d deep (expected: at most %d)"
                            .formatted(Quoted.name(key), depth, limits.arrayDepth()));
        }
        ValueType type = type(key);
        long count = cursor.i64();
        // Each element takes at least this much, so a count the file cannot hold ends here.
        cursor.reach(atLeast(type, count));
        if (count > limits.keptElements() || !hold(atLeast(type, count) + count * VALUE_OVERHEAD)) {
            skip(type, count, key, depth);
            return new GgufValue.LongItems(type, count);
        }
        List<GgufValue> values = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            values.add(value(type, key, depth + 1));
        }
        return new GgufValue.Items(type, values);
    }

    private void skip(ValueType type, long count, String key, int depth) throws IOException {
        switch (type) {
            case STRING -> {
                for (long i = 0; i < count; i++) {
                    cursor.skip(cursor.i64());
                }
            }
            case ARRAY -> {
                for (long i = 0; i < count; i++) {
                    array(key, depth + 1);
                }
            }
            default -> cursor.skip(atLeast(type, count));
        }
    }

    /** Bytes that {@code count} elements take at least; negative where that cannot be counted. */
    private static long atLeast(ValueType type, long count) {
        int each =
                switch (type) {
                    case STRING -> Long.BYTES;
                    case ARRAY -> Integer.BYTES + Long.BYTES;
                    default -> type.width();
                };
        return count < 0 || count > Long.MAX_VALUE / each ? -1 : count * each;
    }

    private boolean hold(long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }
}
