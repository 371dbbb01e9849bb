package dev.caravan.gateway.adapter.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The last view on disk, so that a gateway that starts while Redis is away can route at once. */
public final class ViewFile {

    private static final Logger log = LoggerFactory.getLogger(ViewFile.class);

    private final Path file;
    private final Scheduler disk = Schedulers.newBoundedElastic(1, 100, "view-file", 10, true);
    private final AtomicReference<@Nullable String> pending = new AtomicReference<>();

    public ViewFile(Path file) {
        this.file = file;
    }

    /** Blocks; for the start only. Empty where there is no file, or none that can be read. */
    Optional<String> read() {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException unreadable) {
            log.atWarn().addKeyValue("file", file).setCause(unreadable).log("view not read");
            return Optional.empty();
        }
    }

    /** Writes soon, off the caller's thread; of several only the last. */
    void keep(String json) {
        if (pending.getAndSet(json) == null) {
            disk.schedule(this::write);
        }
    }

    private void write() {
        String json = pending.getAndSet(null);
        if (json == null) {
            return;
        }
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = Files.writeString(folder.resolve(file.getFileName() + ".new"), json);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException full) {
            log.atWarn().addKeyValue("file", file).setCause(full).log("view not kept");
        }
    }

    void close() {
        disk.dispose();
    }
}
