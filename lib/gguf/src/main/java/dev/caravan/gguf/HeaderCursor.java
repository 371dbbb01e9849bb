package dev.caravan.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A position in the head of a file. It never goes past the end of the file or the limit, so every
 * loop over it ends, and it reads ahead by blocks, so a header takes few reads.
 */
final class HeaderCursor {

    private static final int BLOCK = 256 << 10;

    private final RangeSource source;
    private final long size;
    private final long limit;
    private final ByteBuffer block;
    private long blockStart;
    private String place = "the header";

    HeaderCursor(RangeSource source, long size, long limit) {
        this.source = source;
        this.size = size;
        this.limit = limit;
        this.block =
                ByteBuffer.allocate((int) Math.min(BLOCK, size))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .limit(0);
    }

    long position() {
        return blockStart + block.position();
    }

    long size() {
        return size;
    }

    /** Says what is read next, for the message that says where the file ends. */
    void entering(String nextPlace) {
        this.place = nextPlace;
    }

    int u8() throws IOException {
        need(1);
        return block.get() & 0xFF;
    }

    int u16() throws IOException {
        need(2);
        return block.getShort() & 0xFFFF;
    }

    int i32() throws IOException {
        need(4);
        return block.getInt();
    }

    long u32() throws IOException {
        return i32() & 0xFFFF_FFFFL;
    }

    /** Eight bytes; a value that is too large for a long is negative. */
    long i64() throws IOException {
        need(8);
        return block.getLong();
    }

    byte[] bytes(int count) throws IOException {
        reach(count);
        byte[] bytes = new byte[count];
        int have = Math.min(count, block.remaining());
        block.get(bytes, 0, have);
        if (have < count) {
            source.read(position(), ByteBuffer.wrap(bytes, have, count - have));
            moveTo(position() + count - have);
        }
        return bytes;
    }

    void skip(long count) throws IOException {
        reach(count);
        moveTo(position() + count);
    }

    /** A key or a tensor name: not empty, at most {@code most} bytes, UTF-8 without NUL. */
    String name(int most) throws IOException {
        long length = i64();
        if (length < 1 || length > most) {
            throw new GgufException(
                    GgufFault.BAD_STRING,
                    "%s: a name of %s bytes (expected: 1 to %d)"
                            .formatted(place, Long.toUnsignedString(length), most));
        }
        byte[] bytes = bytes((int) length);
        try {
            String name =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (name.indexOf('\0') < 0) {
                return name;
            }
        } catch (CharacterCodingException _) {
            // refused below, with the bytes in the message
        }
        throw new GgufException(
                GgufFault.BAD_STRING,
                "%s: the name %s (expected: UTF-8 without NUL)"
                        .formatted(place, Quoted.bytes(bytes)));
    }

    /** Refuses to go {@code count} bytes on where the file or the limit ends before. */
    void reach(long count) throws GgufException {
        long position = position();
        if (count < 0 || count > size - position) {
            throw new GgufException(
                    GgufFault.CUT_OFF,
                    "cut off: %s needs %s bytes from byte %d of a file of %d bytes"
                            .formatted(place, Long.toUnsignedString(count), position, size));
        }
        if (count > limit - position) {
            throw new GgufException(
                    GgufFault.HEADER_TOO_LARGE,
                    "header: %s ends at byte %d (expected: at most %d)"
                            .formatted(place, position + count, limit));
        }
    }

    private void need(int count) throws IOException {
        reach(count);
        if (block.remaining() < count) {
            blockStart = position();
            block.clear().limit((int) Math.min(block.capacity(), size - blockStart));
            source.read(blockStart, block);
            block.flip();
        }
    }

    private void moveTo(long target) {
        long within = target - blockStart;
        if (within <= block.limit()) {
            block.position((int) within);
        } else {
            blockStart = target;
            block.position(0).limit(0);
        }
    }
}
