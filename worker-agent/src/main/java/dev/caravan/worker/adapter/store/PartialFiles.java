package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.PartialBlobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Partial blobs as files in Ollama's form: {@code sha256-<hex>-partial} of the full size, and
 * beside it {@code -partial-<n>} with how far each part is.
 */
final class PartialFiles implements PartialBlobs {

    private static final int READ_BYTES = 1 << 20;

    private final StoreFolders folders;
    private final PartPlan plan;
    private final Scheduler disk;

    /** Guarded by this. */
    private final Map<BlobDigest, PartialFile> open = new HashMap<>();

    PartialFiles(StoreFolders folders, PartPlan plan, Scheduler disk) {
        this.folders = folders;
        this.plan = plan;
        this.disk = disk;
    }

    @Override
    public Mono<Boolean> isWhole(Blob blob) {
        return Mono.fromCallable(() -> isThere(blob)).subscribeOn(disk);
    }

    @Override
    public Mono<PartialBlob> open(Blob blob) {
        return Mono.<PartialBlob>fromCallable(() -> openNow(blob)).subscribeOn(disk);
    }

    @Override
    public Mono<Void> verify(Blob blob) {
        return Mono.<Void>fromRunnable(() -> verifyNow(blob)).subscribeOn(disk);
    }

    /** Bytes of the blob that are here, though it is not whole. */
    long completed(Blob blob) {
        Path partial = folders.partial(blob.digest());
        return Files.exists(partial) ? PartRecords.of(partial, blob.size(), plan).completed() : 0;
    }

    private synchronized PartialFile openNow(Blob blob) {
        PartialFile before = open.remove(blob.digest());
        if (before != null) {
            before.closeNow();
        }
        PartialFile file =
                new PartialFile(
                        blob,
                        PartRecords.of(folders.partial(blob.digest()), blob.size(), plan),
                        disk);
        if (isThere(blob)) {
            file.allIsHere();
        } else {
            file.openNow();
        }
        open.put(blob.digest(), file);
        return file;
    }

    private void verifyNow(Blob blob) {
        Path partial = folders.partial(blob.digest());
        BlobDigest got = hash(partial);
        synchronized (this) {
            PartialFile before = open.remove(blob.digest());
            if (before != null) {
                before.closeNow();
            }
            PartRecords records = PartRecords.of(partial, blob.size(), plan);
            if (got.equals(blob.digest())) {
                move(partial, folders.blob(blob.digest()));
                records.remove();
                return;
            }
            records.removeAll();
        }
        throw new CaravanException(
                FaultCode.INVALID_REQUEST,
                "digest mismatch, file must be downloaded again: want %s, got %s"
                        .formatted(blob.digest(), got));
    }

    private boolean isThere(Blob blob) {
        return Files.isRegularFile(folders.blob(blob.digest()));
    }

    private static BlobDigest hash(Path file) {
        MessageDigest hash = Upload.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.force(true);
            while (channel.read(buffer.clear()) >= 0) {
                hash.update(buffer.flip());
            }
            return new BlobDigest(HexFormat.of().formatHex(hash.digest()));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file + ": " + failed, failed);
        }
    }

    private static void move(Path partial, Path whole) {
        try {
            // Its manifest comes soon; the last byte of a long pull's first layer did not.
            Files.setLastModifiedTime(partial, FileTime.from(Instant.now()));
            Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + whole + ": " + failed, failed);
        }
    }
}
