package dev.caravan.engine.release;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.EngineFolder;
import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FolderTree;
import dev.caravan.engine.source.FoundEngine;
import dev.caravan.engine.source.Staging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * llama.cpp's own release archive for this platform, unpacked under the engine home. Only an
 * archive whose checksum is on the list is unpacked, so its address does not have to be trusted; a
 * platform that is not on the list has to take another source.
 */
public final class ReleaseArchive implements EngineSource.Installable {

    private static final String LABEL = "release archive";
    private static final String NOTE = "archive.txt";
    private static final int DEEPEST = 4;
    private static final long MOST_UNPACKED = 8L << 30;
    private static final Download DOWNLOAD =
            new Download(2L << 30, Duration.ofSeconds(30), Duration.ofMinutes(30));
    private static final String WAY_OUT =
            "%s names another address, %s another list; else set CARAVAN_ENGINE_DIR to a folder with llama-server"
                    .formatted(ReleaseList.BASE, ReleaseList.LIST);

    private final Path home;
    private final Map<String, String> environment;
    private final String platform;
    private final Download download;

    /**
     * @param home the engine home, where the archive is unpacked
     * @param environment may name another address and another list; read when one is fetched
     */
    public ReleaseArchive(Path home, Map<String, String> environment) {
        this(
                home,
                environment,
                platform(System.getProperty("os.name"), System.getProperty("os.arch")),
                DOWNLOAD);
    }

    ReleaseArchive(Path home, Map<String, String> environment, String platform, Download download) {
        this.home = home;
        this.environment = Map.copyOf(environment);
        this.platform = platform;
        this.download = download;
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public Optional<FoundEngine> find() {
        Path note = folder().resolve(NOTE);
        return Files.isRegularFile(note) ? Optional.of(found(note)) : Optional.empty();
    }

    @Override
    public FoundEngine install(Consumer<String> progress) {
        ReleaseList list = ReleaseList.of(environment);
        ReleaseList.Archive archive =
                list.archive(platform)
                        .orElseThrow(
                                () ->
                                        new EngineException(
                                                "no archive with a checksum for %s in %s (it has: %s); %s names a list with one"
                                                        .formatted(
                                                                platform,
                                                                list.source(),
                                                                list.archives().isEmpty()
                                                                        ? "none"
                                                                        : list.archives().keySet(),
                                                                ReleaseList.LIST)));
        try (Staging staging = Staging.under(home)) {
            Path tree = Files.createDirectories(staging.folder().resolve("tree"));
            stage(list, archive, staging.folder().resolve(archive.file()), tree, progress);
            staging.publish(tree, folder());
        } catch (IOException e) {
            throw new EngineException("%s; %s".formatted(e.getMessage(), WAY_OUT), e);
        }
        return find().orElseThrow();
    }

    @Override
    public void discard() {
        try {
            FolderTree.delete(folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stage(
            ReleaseList list,
            ReleaseList.Archive archive,
            Path file,
            Path tree,
            Consumer<String> progress)
            throws IOException {
        URI address = list.address(archive);
        progress.accept("downloading " + address);
        String digest = download.fetch(address, file, progress);
        if (!digest.equals(archive.sha256())) {
            throw new IOException(
                    "%s: SHA-256 %s (expected: %s, as in %s); nothing of it is used"
                            .formatted(address, digest, archive.sha256(), list.source()));
        }
        progress.accept("unpacking into " + folder());
        try {
            TarGz.unpack(file, tree, MOST_UNPACKED);
        } catch (IOException e) {
            throw new IOException("%s: %s".formatted(address, e.getMessage()), e);
        }
        if (engineIn(tree).isEmpty()) {
            throw new IOException(
                    "%s: no llama-server (expected: one, executable, in one of its folders)"
                            .formatted(address));
        }
        Files.writeString(tree.resolve(NOTE), "%s sha256:%s\n".formatted(archive.file(), digest));
    }

    private FoundEngine found(Path note) {
        try {
            String[] words = Files.readString(note).strip().split(" ", 2);
            FoundEngine engine =
                    engineIn(folder())
                            .orElseThrow(() -> new IOException("no executable llama-server"));
            return engine.withPackages(Map.of(words[0], words[words.length - 1]));
        } catch (IOException e) {
            throw new EngineException(
                    "engine in %s is incomplete: %s (expected: the unpacked archive; delete the folder and run `./caravan engine install`)"
                            .formatted(folder(), e.getMessage()),
                    e);
        }
    }

    /** Archives differ in where their executables are: the uppermost llama-server counts. */
    private static Optional<FoundEngine> engineIn(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree, DEEPEST)) {
            List<Path> folders =
                    files.filter(Files::isDirectory)
                            .sorted(
                                    Comparator.comparingInt(Path::getNameCount)
                                            .thenComparing(Comparator.naturalOrder()))
                            .toList();
            return folders.stream()
                    .flatMap(folder -> EngineFolder.engineIn(folder, LABEL).stream())
                    .findFirst();
        }
    }

    private Path folder() {
        return home.resolve("release");
    }

    /** As in the list: {@code linux-amd64}; other systems keep their own words. */
    static String platform(String osName, String osArch) {
        String system = osName.equals("Mac OS X") ? "macos" : osName.toLowerCase(Locale.ROOT);
        String machine =
                switch (osArch) {
                    case "x86_64", "amd64" -> "amd64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> osArch;
                };
        return system + "-" + machine;
    }
}
