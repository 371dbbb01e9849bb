package dev.caravan.gguf;

import java.util.Optional;

/** The types a metadata value can have; the order is that of their numbers in the file. */
public enum ValueType {
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    U32(4),
    I32(4),
    F32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    U64(8),
    I64(8),
    F64(8);

    private final int width;

    ValueType(int width) {
        this.width = width;
    }

    /** Bytes of one value; 0 where each value says its own length. */
    public int width() {
        return width;
    }

    static Optional<ValueType> of(long number) {
        return number >= 0 && number < values().length
                ? Optional.of(values()[(int) number])
                : Optional.empty();
    }
}
