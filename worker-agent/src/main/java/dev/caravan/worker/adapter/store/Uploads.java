package dev.caravan.worker.adapter.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins uploads, and removes those that an ended process left behind. */
final class Uploads {

    private static final Logger log = LoggerFactory.getLogger(Uploads.class);

    private final StoreFolders folders;

    Uploads(StoreFolders folders) {
        this.folders = folders;
    }

    Upload begin() {
        return new Upload(folders.blobs().resolve(StoreFolders.UPLOAD_PREFIX + UUID.randomUUID()));
    }

    /** Writes a small file in one step. */
    void write(Path target, byte[] bytes) {
        Upload upload = begin();
        try {
            upload.append(ByteBuffer.wrap(bytes));
            upload.finish();
            upload.moveTo(target);
        } finally {
            upload.discard();
        }
    }

    /** Removes the files of uploads that nobody writes any more. */
    void removeStale() {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(folders.blobs(), StoreFolders.UPLOAD_PREFIX + "*")) {
            for (Path file : left) {
                if (unlocked(file)) {
                    Files.deleteIfExists(file);
                    log.atInfo().addKeyValue("file", file).log("removed an unfinished upload");
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot clean up " + folders.blobs() + ": " + failed, failed);
        }
    }

    private static boolean unlocked(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException ours) {
            return false;
        }
    }
}
