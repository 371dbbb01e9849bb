package dev.caravan.gguf;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file, open until it is closed. */
public final class FileRangeSource implements RangeSource, Closeable {

    private final Path file;
    private final FileChannel channel;

    /** Opens {@code file} for reading. */
    public FileRangeSource(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        long from = offset;
        while (target.hasRemaining()) {
            int count = channel.read(target, from);
            if (count < 0) {
                throw new EOFException("%s ends at byte %d".formatted(file, from));
            }
            from += count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
