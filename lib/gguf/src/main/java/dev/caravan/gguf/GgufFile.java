package dev.caravan.gguf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a GGUF file says before its weights begin.
 *
 * @param version of the format, 2 or 3
 * @param metadata by key, in the order of the file
 * @param tensors in the order of the file
 * @param alignment bytes that tensors are aligned to
 * @param dataStart byte at which the tensor data begins
 * @param size bytes of the file
 */
public record GgufFile(
        int version,
        Map<String, GgufValue> metadata,
        List<GgufTensor> tensors,
        long alignment,
        long dataStart,
        long size) {

    public GgufFile {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = List.copyOf(tensors);
    }

    /** The value of {@code key}; empty where the file has none. */
    public Optional<GgufValue> value(String key) {
        return Optional.ofNullable(metadata.get(key));
    }

    /** The text of {@code key}; empty where it is absent or no text. */
    public Optional<String> text(String key) {
        return metadata.get(key) instanceof GgufValue.Text(String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    /** The whole number of {@code key}; empty where it is absent, no whole number, or over 2^63. */
    public OptionalLong whole(String key) {
        return metadata.get(key) instanceof GgufValue.Whole whole
                        && whole.within(Long.MIN_VALUE, Long.MAX_VALUE)
                ? OptionalLong.of(whole.bits())
                : OptionalLong.empty();
    }

    /** The truth value of {@code key}; empty where it is absent or none. */
    public Optional<Boolean> flag(String key) {
        return metadata.get(key) instanceof GgufValue.Flag(boolean flag)
                ? Optional.of(flag)
                : Optional.empty();
    }

    /** The number of elements of the array {@code key}; empty where it is absent or no array. */
    public OptionalLong count(String key) {
        return switch (metadata.get(key)) {
            case GgufValue.Items items -> OptionalLong.of(items.values().size());
            case GgufValue.LongItems items -> OptionalLong.of(items.count());
            case null, default -> OptionalLong.empty();
        };
    }

    /** The tensor of that name; empty where the file has none. */
    public Optional<GgufTensor> tensor(String name) {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }
}
