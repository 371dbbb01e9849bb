package dev.caravan.engine;

import dev.caravan.engine.source.EngineException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One process and one thread at a time changes an engine home; the others wait for its result. */
final class HomeLock {

    /** A file lock is held by the whole process: threads need a lock of their own before it. */
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final Path folder;
    private final ReentrantLock threads;

    HomeLock(EngineHome home) {
        this.folder = home.folder();
        this.threads = THREADS.computeIfAbsent(folder, _ -> new ReentrantLock());
    }

    /** Runs an action alone; the thread that is in may come in again. */
    <T> T alone(Supplier<T> action) {
        threads.lock();
        try {
            return threads.getHoldCount() > 1 ? action.get() : aloneOnHost(action);
        } finally {
            threads.unlock();
        }
    }

    private <T> T aloneOnHost(Supplier<T> action) {
        try {
            Files.createDirectories(folder);
            try (FileChannel channel =
                            FileChannel.open(
                                    folder.resolve("install.lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                return action.get();
            }
        } catch (IOException e) {
            throw new EngineException(
                    "engine home %s: %s (expected: a folder that can be written; else set %s)"
                            .formatted(folder, e, EngineHome.VARIABLE),
                    e);
        }
    }
}
