package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the manifests of a store: files exactly four levels deep whose path is a valid name. */
final class ManifestTree {

    private static final int LEVELS = 4;

    private ManifestTree() {}

    /** A manifest's name and file; equal while the file was not written to. */
    record Entry(ModelRef name, Path file, FileStamp stamp) {}

    static List<Entry> scan(Path manifests) {
        List<Entry> entries = new ArrayList<>();
        if (!Files.isDirectory(manifests)) {
            return entries;
        }
        try {
            Files.walkFileTree(
                    manifests,
                    EnumSet.noneOf(FileVisitOption.class),
                    LEVELS,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            if (!attributes.isDirectory()) {
                                name(manifests.relativize(file))
                                        .ifPresent(
                                                name ->
                                                        entries.add(
                                                                new Entry(
                                                                        name,
                                                                        file,
                                                                        FileStamp.of(attributes))));
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException gone) {
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path folder, @Nullable IOException gone) {
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + manifests + ": " + failed, failed);
        }
        return entries;
    }

    private static Optional<ModelRef> name(Path relative) {
        if (relative.getNameCount() != LEVELS) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ModelRef(
                            relative.getName(0).toString(),
                            relative.getName(1).toString(),
                            relative.getName(2).toString(),
                            relative.getName(3).toString()));
        } catch (IllegalArgumentException notAName) {
            return Optional.empty();
        }
    }
}
