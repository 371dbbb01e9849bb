package dev.caravan.gguf;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** One metadata value. */
public sealed interface GgufValue {

    /**
     * The value in plain Java: Number, Boolean, String or a List of them; empty where it was too
     * long to be held.
     */
    Optional<Object> plain();

    /**
     * A whole number of any of the eight types.
     *
     * @param bits the value; for {@link ValueType#U64} to be read as unsigned
     */
    record Whole(ValueType type, long bits) implements GgufValue {

        /** Whether the value is from {@code low} to {@code high}, both included. */
        public boolean within(long low, long high) {
            boolean beyondLong = type == ValueType.U64 && bits < 0;
            return !beyondLong && bits >= low && bits <= high;
        }

        @Override
        public Optional<Object> plain() {
            return type == ValueType.U64 && bits < 0
                    ? Optional.of(new BigInteger(Long.toUnsignedString(bits)))
                    : Optional.of(bits);
        }
    }

    /** A number with a fraction: F32 or F64. */
    record Real(double value) implements GgufValue {
        @Override
        public Optional<Object> plain() {
            return Optional.of(value);
        }
    }

    /** True or false. */
    record Flag(boolean value) implements GgufValue {
        @Override
        public Optional<Object> plain() {
            return Optional.of(value);
        }
    }

    /** A string; bytes that are not UTF-8 are replaced by U+FFFD. */
    record Text(String value) implements GgufValue {
        @Override
        public Optional<Object> plain() {
            return Optional.of(value);
        }
    }

    /** A string that was too long to be held. */
    record LongText(long bytes) implements GgufValue {
        @Override
        public Optional<Object> plain() {
            return Optional.empty();
        }
    }

    /** An array, all of its elements held. */
    record Items(ValueType elementType, List<GgufValue> values) implements GgufValue {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public Optional<Object> plain() {
            List<Object> plain =
                    values.stream().map(GgufValue::plain).flatMap(Optional::stream).toList();
            return plain.size() == values.size() ? Optional.of(plain) : Optional.empty();
        }
    }

    /** An array that was too long to be held, such as a vocabulary. */
    record LongItems(ValueType elementType, long count) implements GgufValue {
        @Override
        public Optional<Object> plain() {
            return Optional.empty();
        }
    }
}
