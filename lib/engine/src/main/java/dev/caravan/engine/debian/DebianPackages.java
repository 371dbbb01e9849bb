package dev.caravan.engine.debian;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FolderTree;
import dev.caravan.engine.source.FoundEngine;
import dev.caravan.engine.source.Staging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * llama.cpp's packages from Debian's testing release with the libraries they need, unpacked under
 * the engine home. The host may be an older Debian or an Ubuntu: nothing is installed, no
 * maintainer script runs, and no root is needed. The packages are kept, since the release moves and
 * the engines of a group must be equal.
 */
public final class DebianPackages implements EngineSource.Installable {

    /** Found by leaving each out: the tools, and what they need and an older host lacks. */
    private static final List<String> PACKAGES =
            List.of(
                    "llama.cpp-tools",
                    "llama.cpp-tools-extra",
                    "libllama0",
                    "libggml0",
                    "libggml0-backend-rpc",
                    "libc6",
                    "libgcc-s1",
                    "libstdc++6",
                    "libgomp1",
                    "libssl3t64",
                    "libzstd1",
                    "zlib1g");

    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(2);
    private static final String LABEL = "Debian packages";

    private final Path home;
    private final Path etcApt;

    /**
     * @param home the engine home, where everything is kept
     */
    public DebianPackages(Path home) {
        this(home, Path.of("/etc/apt"));
    }

    DebianPackages(Path home, Path etcApt) {
        this.home = home;
        this.etcApt = etcApt;
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public Optional<FoundEngine> find() {
        return architecture()
                .map(known -> new EngineTree(folder(), known))
                .filter(tree -> Files.isDirectory(packages()))
                .map(this::found);
    }

    @Override
    public FoundEngine install(Consumer<String> progress) {
        DebianArchitecture architecture = requireArchitecture();
        DebianTools.require("apt-get");
        DebianTools.require("dpkg-deb");
        Path keyring = AptArchive.requireKeyring();
        try (Staging staging = Staging.under(home)) {
            stage(staging.folder(), architecture, keyring, progress);
            staging.publish(staging.folder().resolve("tree"), folder());
        } catch (IOException e) {
            throw new EngineException(
                    "engine home %s: %s (expected: a folder that can be written, with 200 MB free)"
                            .formatted(home, e),
                    e);
        }
        return found(new EngineTree(folder(), architecture));
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
            Path staging, DebianArchitecture architecture, Path keyring, Consumer<String> progress)
            throws IOException {
        EngineTree tree = new EngineTree(staging.resolve("tree"), architecture);
        Path packages = Files.createDirectories(staging.resolve("tree/packages"));
        Files.createDirectories(tree.root());
        try (DebianTools tools = new DebianTools(staging.resolve("tools"))) {
            AptArchive archive = new AptArchive(tools, staging.resolve("apt"), architecture);
            String mirror = AptSources.mirror(etcApt);
            progress.accept(
                    "reading the index of Debian %s at %s".formatted(AptArchive.SUITE, mirror));
            Files.createDirectories(staging.resolve("apt"));
            archive.update(mirror, keyring);
            progress.accept("downloading %d packages, about 13 MB".formatted(PACKAGES.size()));
            archive.download(packages, PACKAGES);
            progress.accept("unpacking into " + folder());
            for (Path file : list(packages)) {
                tools.run(
                        staging,
                        UNPACK_LIMIT,
                        "dpkg-deb",
                        List.of("-x", file.toString(), tree.root().toString()));
            }
            tree.complete();
        }
    }

    private FoundEngine found(EngineTree tree) {
        try {
            return new FoundEngine(
                    LABEL,
                    tree.server(),
                    Optional.of(tree.rpcServer()),
                    Optional.of(tree.quantize()),
                    tree.files(),
                    versions(list(packages())));
        } catch (IOException e) {
            throw new EngineException(
                    "engine in %s is incomplete: %s (expected: the unpacked packages; delete the folder and run `./caravan engine install`)"
                            .formatted(folder(), e),
                    e);
        }
    }

    /** From file names like {@code libllama0_1%3a0.7.0+dfsg-2_amd64.deb}. */
    static Map<String, String> versions(List<Path> packages) {
        Map<String, String> versions = new TreeMap<>();
        for (Path file : packages) {
            String[] parts = file.getFileName().toString().split("_", 3);
            versions.put(parts[0], parts[1].replace("%3a", ":"));
        }
        return versions;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private Path folder() {
        return home.resolve("debian");
    }

    private Path packages() {
        return folder().resolve("packages");
    }

    private static Optional<DebianArchitecture> architecture() {
        return DebianArchitecture.of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    private static DebianArchitecture requireArchitecture() {
        return architecture()
                .orElseThrow(
                        () ->
                                new EngineException(
                                        "%s on %s: no Debian packages (expected: Linux on amd64 or aarch64; else %s)"
                                                .formatted(
                                                        System.getProperty("os.name"),
                                                        System.getProperty("os.arch"),
                                                        DebianTools.WAY_OUT)));
    }
}
