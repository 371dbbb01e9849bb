package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.model.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The large tensors that RPC servers keep on disk, so that a model that comes again is not sent
 * again. They never remove any and do not check what they read: the folder is this user's alone,
 * and it is made room in before each start. Without enough room a server keeps none.
 */
final class TensorCache {

    private static final Logger log = LoggerFactory.getLogger(TensorCache.class);

    /** Left for others on the same disk. */
    private static final long RESERVE = 1L << 30;

    private final Path folder;
    private final long bound;

    /**
     * @param folder made where it is not there
     * @param bound bytes that it may hold; 0: nothing is kept
     */
    TensorCache(Path folder, ByteSize bound) {
        this.folder = folder;
        this.bound = bound.bytes();
    }

    Path folder() {
        return folder;
    }

    /**
     * Makes room, blocks for as long as that takes.
     *
     * @param wanted that a server may add
     * @return whether there is room
     */
    boolean makeRoom(ByteSize wanted) {
        if (bound == 0) {
            return false;
        }
        try {
            if (Files.notExists(folder)) {
                Files.createDirectories(folder.toAbsolutePath().getParent());
                Files.createDirectory(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            List<Kept> files = files();
            for (Kept victim : victims(files, Math.max(0, bound - wanted.bytes()))) {
                Files.deleteIfExists(victim.file());
            }
            long free = Files.getFileStore(folder).getUsableSpace();
            return wanted.bytes() <= bound && free - RESERVE >= wanted.bytes();
        } catch (IOException | UncheckedIOException failed) {
            log.atWarn()
                    .addKeyValue("folder", folder)
                    .addKeyValue("cause", failed.toString())
                    .log("tensor cache not used");
            return false;
        }
    }

    /**
     * @param used milliseconds since 1970, when it was written or read last
     */
    record Kept(Path file, long bytes, long used) {}

    /** Those that were not used for longest, as many as the bound asks for; a pure function. */
    static List<Kept> victims(List<Kept> files, long bound) {
        long all = files.stream().mapToLong(Kept::bytes).sum();
        List<Kept> victims = new ArrayList<>();
        for (Kept oldest : files.stream().sorted(Comparator.comparing(Kept::used)).toList()) {
            if (all <= bound) {
                break;
            }
            victims.add(oldest);
            all -= oldest.bytes();
        }
        return List.copyOf(victims);
    }

    private List<Kept> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(TensorCache::kept).toList();
        }
    }

    private static Kept kept(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            long used =
                    Math.max(
                            attributes.lastModifiedTime().toMillis(),
                            attributes.lastAccessTime().toMillis());
            return new Kept(file, attributes.size(), used);
        } catch (IOException gone) {
            return new Kept(file, 0, 0);
        }
    }
}
