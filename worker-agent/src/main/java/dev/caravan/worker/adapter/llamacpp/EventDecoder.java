package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts an engine's event stream into events. Chunks may be cut anywhere; what is left of a line
 * waits for the next one. Comments (pings) and empty lines are skipped. One stream, one thread at a
 * time.
 */
final class EventDecoder {

    /** The last event repeats the prompt; longer than this is no event of ours. */
    private static final int MAX_LINE = 256 << 20;

    private static final byte[] DATA = "data:".getBytes(UTF_8);
    private static final byte[] ERROR = "error:".getBytes(UTF_8);

    private static final byte[] DONE = "data: [DONE]".getBytes(UTF_8);

    /** Reads an event's JSON out of a part of an array. */
    interface Parser {
        EngineEvent parse(byte[] line, int offset, int length);
    }

    private final Parser parser;
    private byte[] carry = new byte[512];
    private int carried;

    EventDecoder(Parser parser) {
        this.parser = parser;
    }

    /** The events that the chunk completes; the chunk's bytes are read, not kept. */
    List<EngineEvent> decode(ByteBuf chunk) {
        List<EngineEvent> events = new ArrayList<>(1);
        while (chunk.isReadable()) {
            int length = chunk.bytesBefore((byte) '\n');
            if (length < 0) {
                append(chunk, chunk.readableBytes());
                break;
            }
            append(chunk, length);
            chunk.skipBytes(1);
            line(events);
            carried = 0;
        }
        return events;
    }

    private void append(ByteBuf chunk, int length) {
        if (length > MAX_LINE - carried) {
            throw new IllegalStateException(
                    "event: longer than %d bytes (expected: one event a line)".formatted(MAX_LINE));
        }
        if (carry.length - carried < length) {
            carry = Arrays.copyOf(carry, Math.max(carry.length * 2, carried + length));
        }
        chunk.readBytes(carry, carried, length);
        carried += length;
    }

    private void line(List<EngineEvent> events) {
        if (startsWith(DONE)) {
            return;
        }
        if (startsWith(DATA)) {
            events.add(parser.parse(carry, DATA.length, carried - DATA.length));
        } else if (startsWith(ERROR)) {
            events.add(
                    new EngineEvent.Broken(
                            new String(carry, ERROR.length, carried - ERROR.length, UTF_8)
                                    .strip()));
        }
    }

    private boolean startsWith(byte[] prefix) {
        return carried >= prefix.length
                && Arrays.equals(carry, 0, prefix.length, prefix, 0, prefix.length);
    }
}
