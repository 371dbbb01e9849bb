package dev.caravan.engine.debian;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which mirror of the Debian archive this host already uses: {@code sources.list}, then {@code
 * sources.list.d} by name, in both of apt's formats. Security and third-party archives are passed
 * over.
 */
final class AptSources {

    /** Debian's own front to its mirrors. */
    static final String DEFAULT_MIRROR = "http://deb.debian.org/debian";

    private AptSources() {}

    /**
     * @param etcApt apt's configuration folder, usually {@code /etc/apt}
     * @return the first mirror of the Debian archive, else {@link #DEFAULT_MIRROR}
     */
    static String mirror(Path etcApt) {
        return files(etcApt).stream()
                .flatMap(file -> entries(file).stream())
                .flatMap(entry -> entry.debianMirror().stream())
                .findFirst()
                .orElse(DEFAULT_MIRROR);
    }

    private static List<Path> files(Path etcApt) {
        Path folder = etcApt.resolve("sources.list.d");
        try (Stream<Path> parts = Files.isDirectory(folder) ? Files.list(folder) : Stream.of()) {
            return Stream.concat(Stream.of(etcApt.resolve("sources.list")), parts.sorted())
                    .filter(Files::isReadable)
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<AptEntry> entries(Path file) {
        try {
            String name = file.getFileName().toString();
            if (name.endsWith(".list")) {
                return Files.readAllLines(file).stream().flatMap(AptEntry::ofLine).toList();
            }
            return name.endsWith(".sources")
                    ? AptEntry.ofStanzas(Files.readString(file))
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
