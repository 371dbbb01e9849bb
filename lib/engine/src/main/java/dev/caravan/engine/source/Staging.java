package dev.caravan.engine.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder under the engine home in which an engine is put together before it takes its place, so
 * that what is in place is always whole. Only who holds the home's lock may open one.
 */
public final class Staging implements AutoCloseable {

    private static final String PREFIX = "staging-";

    private final Path folder;

    private Staging(Path folder) {
        this.folder = folder;
    }

    /** Opens one, and removes those that a killed process left behind. */
    public static Staging under(Path home) throws IOException {
        Files.createDirectories(home);
        try (Stream<Path> files = Files.list(home)) {
            List<Path> left =
                    files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
            for (Path staging : left) {
                FolderTree.delete(staging);
            }
        }
        return new Staging(Files.createTempDirectory(home, PREFIX));
    }

    public Path folder() {
        return folder;
    }

    /** Moves {@code tree}, a folder in here, to its place; what was there is removed. */
    public void publish(Path tree, Path place) throws IOException {
        FolderTree.delete(place);
        Files.move(tree, place, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        FolderTree.delete(folder);
    }
}
