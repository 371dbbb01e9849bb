package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.PartialBlobs.Part;
import dev.caravan.worker.app.transfer.PartialBlobs.PartialBlob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The open file of a blob that is on its way in; locked, since an agent beside may have the same
 * folder. A record is written with each mebibyte and at the close, so that a killed agent loses
 * less than that of each part.
 */
final class PartialFile implements PartialBlob {

    private static final long RECORD_EVERY = 1 << 20;

    /** Buffers of one part that may wait for the disk; the network is asked for no more. */
    private static final int BUFFERS_AHEAD = 8;

    private final Blob blob;
    private final PartRecords records;
    private final Scheduler disk;

    /** Bytes of each part by its number; guarded by this, as is all below. */
    private final Map<Integer, Long> written = new HashMap<>();

    private @Nullable FileChannel channel;

    PartialFile(Blob blob, PartRecords records, Scheduler disk) {
        this.blob = blob;
        this.records = records;
        this.disk = disk;
        records.parts().forEach(part -> written.put(part.number(), records.completed(part)));
    }

    synchronized void allIsHere() {
        records.parts().forEach(part -> written.put(part.number(), part.size()));
    }

    synchronized void openNow() {
        Path file = records.partial();
        try {
            FileChannel opened =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = opened;
            if (!lock(opened)) {
                opened.close();
                throw new IOException("another process takes the same blob in; try again later");
            }
            if (!records.resumed()) {
                records.remove();
                opened.truncate(0);
            }
            if (opened.size() < blob.size()) {
                opened.write(ByteBuffer.allocate(1), blob.size() - 1);
            }
            for (Part part : records.parts()) {
                records.write(part, written(part));
            }
        } catch (IOException | UncheckedIOException failed) {
            throw cannotWrite(failed);
        }
    }

    private static boolean lock(FileChannel opened) throws IOException {
        try {
            return opened.tryLock() != null;
        } catch (OverlappingFileLockException ours) {
            return false;
        }
    }

    @Override
    public Blob blob() {
        return blob;
    }

    @Override
    public synchronized long completed() {
        return written.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public synchronized List<Part> unfinished() {
        return records.parts().stream().filter(part -> written(part) < part.size()).toList();
    }

    @Override
    public synchronized long position(Part part) {
        return part.offset() + written(part);
    }

    @Override
    public Flux<Integer> write(Part part, Flux<ByteBuffer> bytes) {
        return bytes.publishOn(disk, BUFFERS_AHEAD).map(buffer -> append(part, buffer));
    }

    @Override
    public Mono<Void> close() {
        return Mono.<Void>fromRunnable(this::closeNow).subscribeOn(disk);
    }

    private synchronized int append(Part part, ByteBuffer bytes) {
        FileChannel opened = channel;
        if (opened == null) {
            throw new IllegalStateException(blob.digest() + ": not open");
        }
        int count = bytes.remaining();
        long before = written(part);
        if (before + count > part.size()) {
            throw new IllegalArgumentException(
                    "%s: %d bytes for part %d (expected: at most %d)"
                            .formatted(blob.digest(), before + count, part.number(), part.size()));
        }
        long now = before + count;
        try {
            long position = part.offset() + before;
            while (bytes.hasRemaining()) {
                position += opened.write(bytes, position);
            }
            written.put(part.number(), now);
            if (now == part.size() || now - records.completed(part) >= RECORD_EVERY) {
                records.write(part, now);
            }
        } catch (IOException | UncheckedIOException failed) {
            throw giveUp(opened, failed);
        }
        return count;
    }

    /** A disk that takes no more is most likely full: what is half there must not keep it so. */
    private UncheckedIOException giveUp(FileChannel opened, Exception failed) {
        UncheckedIOException told = cannotWrite(failed);
        channel = null;
        try (opened) {
            records.removeAll();
        } catch (IOException | UncheckedIOException too) {
            told.addSuppressed(too);
        }
        return told;
    }

    synchronized void closeNow() {
        FileChannel opened = channel;
        if (opened == null) {
            return;
        }
        channel = null;
        try (opened) {
            for (Part part : records.parts()) {
                if (written(part) > records.completed(part)) {
                    records.write(part, written(part));
                }
            }
        } catch (IOException failed) {
            throw cannotWrite(failed);
        }
    }

    private long written(Part part) {
        return written.getOrDefault(part.number(), 0L);
    }

    private UncheckedIOException cannotWrite(Exception failed) {
        IOException cause =
                failed instanceof UncheckedIOException wrapped
                        ? wrapped.getCause()
                        : new IOException(failed);
        return new UncheckedIOException(
                "cannot write " + records.partial() + ": " + failed.getMessage(), cause);
    }
}
