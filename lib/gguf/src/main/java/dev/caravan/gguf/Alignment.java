package dev.caravan.gguf;

import java.util.Map;

/** What tensors are aligned to: {@code general.alignment}, a power of two of bytes, else 32. */
final class Alignment {

    static final String KEY = "general.alignment";
    static final long DEFAULT = 32;

    /** Pages of 64 KiB are the largest in use; the bound keeps sums of offsets small. */
    private static final long MOST = 64 << 10;

    private Alignment() {}

    static long of(Map<String, GgufValue> metadata) throws GgufException {
        GgufValue value = metadata.get(KEY);
        if (value == null) {
            return DEFAULT;
        }
        // llama.cpp aborts, rather than complains, where the type is another.
        if (value instanceof GgufValue.Whole whole
                && whole.type() == ValueType.U32
                && whole.within(1, MOST)
                && Long.bitCount(whole.bits()) == 1) {
            return whole.bits();
        }
        throw new GgufException(
                GgufFault.BAD_ALIGNMENT,
                "%s: %s (expected: a u32, a power of two from 1 to %d)"
                        .formatted(KEY, shown(value), MOST));
    }

    /** The next multiple of {@code alignment} from {@code position} on. */
    static long up(long position, long alignment) {
        return (position + alignment - 1) & -alignment;
    }

    private static String shown(GgufValue value) {
        String plain = value.plain().map(Object::toString).map(Quoted::name).orElse("a long value");
        return value instanceof GgufValue.Whole whole ? whole.type() + " " + plain : plain;
    }
}
