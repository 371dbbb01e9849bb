package dev.caravan.worker.adapter.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way into the store, hashed while it is written. It is opened with the first byte
 * and locked while it is open, so that another process can tell it from one left by a crash. Safe
 * to discard from another thread than the writing one.
 */
final class Upload {

    private final Path file;
    private final MessageDigest hash;
    private @Nullable FileChannel channel;
    private boolean over;

    Upload(Path file) {
        this.file = file;
        this.hash = sha256();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    synchronized void append(ByteBuffer bytes) {
        try {
            FileChannel open = open();
            hash.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file + ": " + failed, failed);
        }
    }

    /** The bytes are complete; gives their digest in hex. */
    synchronized String finish() {
        try {
            open().force(true);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file + ": " + failed, failed);
        }
        return HexFormat.of().formatHex(hash.digest());
    }

    /** Gives the finished file its place; whatever was there is replaced in one step. */
    synchronized void moveTo(Path target) {
        try {
            Files.createDirectories(target.getParent());
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
            close();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + target + ": " + failed, failed);
        }
    }

    /** Removes what is there, unless it was moved to its place. */
    synchronized void discard() {
        if (over) {
            return;
        }
        try {
            // Closed first: the system may give a deleted file's number to the next upload, which
            // could then not be locked as long as this one is.
            close();
            if (channel != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot remove " + file + ": " + failed, failed);
        }
    }

    private FileChannel open() throws IOException {
        if (over) {
            throw new IOException("the upload was given up");
        }
        if (channel == null) {
            channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException("locked by another process");
            }
        }
        return channel;
    }

    private void close() throws IOException {
        over = true;
        if (channel != null) {
            channel.close();
        }
    }
}
