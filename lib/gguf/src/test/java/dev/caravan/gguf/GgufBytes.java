package dev.caravan.gguf;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Builds a GGUF file in memory, right or wrong, field by field. */
final class GgufBytes {

    private record Key(String name, Consumer<GgufBytes> write) {}

    private byte[] magic = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private int version = 3;
    private final List<Key> keys = new ArrayList<>();
    private final List<Consumer<GgufBytes>> tensors = new ArrayList<>();
    private long claimedKeys = -1;
    private long claimedTensors = -1;
    private int alignment = 32;
    private long data;
    private ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A tiny llama model that an engine would find complete, with tensors of two layers. */
    static GgufBytes model() {
        return new GgufBytes()
                .text("general.architecture", "llama")
                .text("general.name", "tiny")
                .u32("llama.block_count", 2)
                .u32("llama.embedding_length", 64)
                .u32("llama.context_length", 2048)
                .u32("llama.feed_forward_length", 64)
                .u32("llama.attention.head_count", 4)
                .f32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .text("tokenizer.ggml.model", "llama")
                .texts("tokenizer.ggml.tokens", "<unk>", "a", "b")
                .tensor("token_embd.weight", GgmlType.F16, 64, 3)
                .tensor("blk.0.ffn_up.weight", GgmlType.Q8_0, 64, 64)
                .tensor("blk.1.ffn_up.weight", GgmlType.Q8_0, 64, 64)
                .tensor("output_norm.weight", GgmlType.F32, 64)
                .tensor("output.weight", GgmlType.F16, 64, 3);
    }

    static RangeSource source(byte[] bytes) {
        return new RangeSource() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public void read(long offset, ByteBuffer target) throws EOFException {
                if (offset + target.remaining() > bytes.length) {
                    throw new EOFException("read past the end: " + offset);
                }
                target.put(bytes, (int) offset, target.remaining());
            }
        };
    }

    GgufBytes magic(String changed) {
        magic = changed.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    GgufBytes version(int changed) {
        version = changed;
        return this;
    }

    GgufBytes claimingKeys(long count) {
        claimedKeys = count;
        return this;
    }

    GgufBytes claimingTensors(long count) {
        claimedTensors = count;
        return this;
    }

    GgufBytes aligned(int bytes) {
        alignment = bytes;
        return u32("general.alignment", bytes);
    }

    GgufBytes text(String key, String value) {
        return key(key, 8, file -> file.putText(value));
    }

    GgufBytes texts(String key, String... values) {
        return key(
                key,
                9,
                file -> {
                    file.putInt(8).putLong(values.length);
                    for (String value : values) {
                        file.putText(value);
                    }
                });
    }

    GgufBytes i32s(String key, int... values) {
        return key(
                key,
                9,
                file -> {
                    file.putInt(5).putLong(values.length);
                    for (int value : values) {
                        file.putInt(value);
                    }
                });
    }

    GgufBytes u32(String key, long value) {
        return key(key, 4, file -> file.putInt((int) value));
    }

    GgufBytes f32(String key, float value) {
        return key(key, 6, file -> file.putInt(Float.floatToIntBits(value)));
    }

    GgufBytes flag(String key, int value) {
        return key(key, 7, file -> file.putBytes(value));
    }

    /** An entry of any type number with any bytes after it. */
    GgufBytes key(String key, int type, Consumer<GgufBytes> value) {
        keys.add(
                new Key(
                        key,
                        file -> {
                            file.putText(key).putInt(type);
                            value.accept(file);
                        }));
        return this;
    }

    GgufBytes dropping(String name) {
        keys.removeIf(key -> key.name().equals(name));
        return this;
    }

    /** A key whose length says {@code length}, whatever it is. */
    GgufBytes rawKey(long length, int... bytes) {
        keys.add(new Key("", file -> file.putLong(length).putBytes(bytes)));
        return this;
    }

    /** A tensor where it belongs, with room for its data. */
    GgufBytes tensor(String name, GgmlType type, long... shape) {
        long elements = 1;
        for (long length : shape) {
            elements *= length;
        }
        long offset = data;
        data += elements / type.blockElements() * type.blockBytes();
        data = Alignment.up(data, alignment);
        return rawTensor(name, type.number(), offset, shape);
    }

    /** A line of the tensor table as it stands. */
    GgufBytes rawTensor(String name, int type, long offset, long... shape) {
        tensors.add(
                file -> {
                    file.putText(name).putInt(shape.length);
                    for (long length : shape) {
                        file.putLong(length);
                    }
                    file.putInt(type).putLong(offset);
                });
        return this;
    }

    /** Header, metadata and tensor table. */
    byte[] head() {
        out = new ByteArrayOutputStream();
        out.writeBytes(magic);
        putInt(version);
        putLong(claimedTensors < 0 ? tensors.size() : claimedTensors);
        putLong(claimedKeys < 0 ? keys.size() : claimedKeys);
        keys.forEach(key -> key.write().accept(this));
        tensors.forEach(tensor -> tensor.accept(this));
        return out.toByteArray();
    }

    /** The whole file. */
    byte[] file() {
        byte[] head = head();
        return Arrays.copyOf(head, (int) (Alignment.up(head.length, alignment) + data));
    }

    GgufFile read() throws IOException {
        return new GgufReader().read(source(file()));
    }

    GgufBytes putText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putLong(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    GgufBytes putInt(int value) {
        out.writeBytes(little(4).putInt(value).array());
        return this;
    }

    GgufBytes putLong(long value) {
        out.writeBytes(little(8).putLong(value).array());
        return this;
    }

    GgufBytes putBytes(int... bytes) {
        for (int value : bytes) {
            out.write(value);
        }
        return this;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
