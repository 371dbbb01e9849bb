package dev.caravan.engine;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.FolderTree;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CPU backends are built for several generations of processors, an engine takes the best that this
 * one can run, and results differ in their last bits between two of them. An engine has no switch
 * for it: so that unlike hosts compute alike, it is given a folder in which the others are missing.
 * The folder is made of hard links, since an engine looks beside its own executable with symbolic
 * links resolved.
 */
final class CpuVariants {

    private static final Pattern LIBRARY =
            Pattern.compile("libggml-cpu-([A-Za-z0-9_.-]+?)\\.(?:so|dylib)");

    /** An engine's own folder has some hundred files; a system's has more. */
    private static final int MOST_FILES = 5_000;

    private CpuVariants() {}

    /** Those that an engine has, by name; none where it has only one kind. */
    static List<String> of(FoundEngine found) {
        return found.files().stream()
                .flatMap(file -> variant(file).stream())
                .distinct()
                .sorted()
                .toList();
    }

    private static Optional<String> variant(Path file) {
        return Optional.of(LIBRARY.matcher(file.getFileName().toString()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }

    /**
     * The same engine with one variant alone; made where it is not there yet, blocks.
     *
     * @param home where it is kept
     * @throws EngineException where the engine does not have it or cannot be taken apart
     */
    static FoundEngine only(EngineHome home, FoundEngine found, String wanted) {
        List<String> all = of(found);
        if (!all.contains(wanted)) {
            throw new EngineException(
                    "CPU variant: \"%s\" (expected: one that the engine at %s has: %s)"
                            .formatted(
                                    wanted,
                                    found.server(),
                                    all.isEmpty()
                                            ? "none to choose from"
                                            : String.join(", ", all)));
        }
        try {
            Path base = base(found);
            Path view = home.folder().resolve("variants/" + wanted + "-" + name(found));
            if (Files.notExists(view)) {
                make(base, view, wanted);
            }
            return within(found, base, view, wanted);
        } catch (IOException | UncheckedIOException failed) {
            throw new EngineException(
                    "CPU variant %s: cannot be set apart: %s (expected: an engine in a folder of its own, and %s that can be written)"
                            .formatted(wanted, failed.getMessage(), home.folder()),
                    failed);
        }
    }

    /** The deepest folder that holds all of the engine. */
    private static Path base(FoundEngine found) throws IOException {
        Path base = found.server();
        for (Path file : found.files()) {
            while (!file.startsWith(base)) {
                base = parent(base);
            }
        }
        if (base.equals(found.server())) {
            base = parent(base);
        }
        try (Stream<Path> files = Files.walk(base)) {
            if (files.limit(MOST_FILES + 1L).count() > MOST_FILES) {
                throw new IOException(base + " holds more than " + MOST_FILES + " files");
            }
        }
        return base;
    }

    /** There is always one: the files are absolute, and the root holds them all. */
    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), path::toString);
    }

    /** Another one for each state of the engine's files. */
    private static String name(FoundEngine found) throws IOException {
        StringBuilder state = new StringBuilder();
        for (Path file : found.files()) {
            state.append(file)
                    .append(Files.size(file))
                    .append(Files.getLastModifiedTime(file).toMillis());
        }
        return UUID.nameUUIDFromBytes(state.toString().getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static void make(Path base, Path view, String wanted) throws IOException {
        Files.createDirectories(view.getParent());
        Path next = Files.createTempDirectory(view.getParent(), "next-");
        try {
            try (Stream<Path> files = Files.walk(base)) {
                for (Path file : files.toList()) {
                    put(file, next.resolve(base.relativize(file).toString()), wanted);
                }
            }
            Files.move(next, view);
        } catch (FileSystemException failed) {
            FolderTree.delete(next);
            // Made by another process meanwhile: the same.
            if (Files.notExists(view)) {
                throw failed;
            }
        }
    }

    private static void put(Path file, Path copy, String wanted) throws IOException {
        boolean other = variant(file).filter(name -> !name.equals(wanted)).isPresent();
        if (other || Files.exists(copy)) {
            return;
        }
        if (Files.isSymbolicLink(file)) {
            Files.createSymbolicLink(copy, Files.readSymbolicLink(file));
        } else if (Files.isDirectory(file)) {
            Files.createDirectory(copy);
        } else {
            linkOrCopy(file, copy);
        }
    }

    private static void linkOrCopy(Path file, Path copy) throws IOException {
        try {
            Files.createLink(copy, file);
        } catch (FileSystemException | UnsupportedOperationException elsewhere) {
            Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static FoundEngine within(FoundEngine found, Path base, Path view, String wanted) {
        return new FoundEngine(
                found.source(),
                moved(found.server(), base, view),
                found.rpcServer().map(file -> moved(file, base, view)),
                found.quantize().map(file -> moved(file, base, view)),
                found.files().stream()
                        .filter(
                                file ->
                                        variant(file)
                                                .filter(name -> !name.equals(wanted))
                                                .isEmpty())
                        .map(file -> moved(file, base, view))
                        .toList(),
                found.packages());
    }

    private static Path moved(Path file, Path base, Path view) {
        return view.resolve(base.relativize(file).toString());
    }
}
