package dev.caravan.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes that can be read from any place: a file here, a blob of another host, a remote range. */
public interface RangeSource {

    /** Bytes there are in all; the same at each call. */
    long size() throws IOException;

    /**
     * Fills {@code target} from its position to its limit with the bytes that begin at {@code
     * offset}.
     *
     * @throws java.io.EOFException where the source ends before {@code target} is full
     * @throws IOException where it cannot be read
     */
    void read(long offset, ByteBuffer target) throws IOException;
}
