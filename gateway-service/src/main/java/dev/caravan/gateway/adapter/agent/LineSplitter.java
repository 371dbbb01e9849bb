package dev.caravan.gateway.adapter.agent;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a stream of buffers into lines. Bytes are copied out at once, so no buffer is held; the
 * beginning of a line that is not whole yet is carried over.
 */
final class LineSplitter {

    /** A line's bytes within a larger array; valid during the call only. */
    record Line(byte[] bytes, int offset, int length) {}

    /** Far above any frame; a neighbour that sends more is not one of ours. */
    private static final int LONGEST_LINE = 64 * 1024 * 1024;

    private byte[] carried = {};

    /**
     * Hands on each line that {@code buffer} completes, without its line feed; empty ones are
     * skipped.
     *
     * @throws IllegalArgumentException where a line has no end
     */
    void feed(ByteBuf buffer, Consumer<Line> lines) {
        byte[] bytes = Arrays.copyOf(carried, carried.length + buffer.readableBytes());
        int searchFrom = carried.length;
        buffer.readBytes(bytes, carried.length, buffer.readableBytes());
        int start = 0;
        for (int index = searchFrom; index < bytes.length; index++) {
            if (bytes[index] == '\n') {
                if (index > start) {
                    lines.accept(new Line(bytes, start, index - start));
                }
                start = index + 1;
            }
        }
        carried = Arrays.copyOfRange(bytes, start, bytes.length);
        if (carried.length > LONGEST_LINE) {
            throw new IllegalArgumentException(
                    "line: longer than %d bytes (expected: a line feed)".formatted(LONGEST_LINE));
        }
    }
}
