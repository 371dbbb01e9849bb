package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Keeps two commands that start or end processes of one cluster apart; ends with its owner. */
public final class HomeLock implements AutoCloseable {

    // a lock is waited for in a thread that does not hold up the command's end
    private static final Executor WAITING = Thread::startVirtualThread;

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, waiting for its holder if there is one.
     *
     * @throws CliException if it is still held after {@code patience}
     */
    public static HomeLock take(Home home, Duration patience, Consumer<String> say)
            throws IOException {
        FileChannel channel =
                FileChannel.open(
                        home.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                say.accept("waiting for another caravan command that works on " + home.state());
                CompletableFuture.supplyAsync(() -> lock(channel), WAITING)
                        .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
            return new HomeLock(channel);
        } catch (TimeoutException stillHeld) {
            channel.close();
            throw new CliException(
                    "%s: held by another caravan command for more than %d s (expected: free); wait for it or end it"
                            .formatted(home.lockFile(), patience.toSeconds()));
        } catch (ExecutionException failure) {
            channel.close();
            throw new IOException(home.lockFile() + ": cannot be locked", failure.getCause());
        } catch (InterruptedException interrupted) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while waiting for " + home.lockFile());
        }
    }

    private static FileLock lock(FileChannel channel) {
        try {
            return channel.lock();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
