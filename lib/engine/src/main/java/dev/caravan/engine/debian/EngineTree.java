package dev.caravan.engine.debian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The unpacked packages and what makes them run beside an older C library: launchers that go
 * through the unpacked loader, and links to the backends, which the engine looks for beside the
 * loader. Everything in it is relative, so the tree can be moved.
 */
final class EngineTree {

    private static final String ROOT = "root";

    private final Path folder;
    private final DebianArchitecture architecture;

    EngineTree(Path folder, DebianArchitecture architecture) {
        this.folder = folder;
        this.architecture = architecture;
    }

    Path root() {
        return folder.resolve(ROOT);
    }

    Path server() {
        return folder.resolve("bin/llama-server");
    }

    Path rpcServer() {
        return folder.resolve("bin/rpc-server");
    }

    Path quantize() {
        return folder.resolve("bin/llama-quantize");
    }

    /** The launchers, what they start and llama.cpp's libraries. */
    List<Path> files() throws IOException {
        Path libraries = root().resolve(architecture.libraries());
        try (Stream<Path> all = Files.list(libraries);
                Stream<Path> backends = Files.list(libraries.resolve("ggml/backends0"))) {
            Stream<Path> engine =
                    Stream.of(
                            server(),
                            rpcServer(),
                            quantize(),
                            root().resolve("usr/bin/llama-server"),
                            root().resolve(internal()),
                            root().resolve("usr/bin/llama-quantize"));
            Stream<Path> own =
                    all.filter(file -> file.getFileName().toString().matches("lib(ggml|llama).*"));
            return Stream.of(engine, own.sorted(), backends.sorted())
                    .flatMap(files -> files)
                    .toList();
        }
    }

    /** Makes the links and launchers once the packages are unpacked under {@link #root()}. */
    void complete() throws IOException {
        linkBackends();
        Files.createDirectories(server().getParent());
        writeLauncher(server(), "usr/bin/llama-server");
        writeLauncher(rpcServer(), internal());
        writeLauncher(quantize(), "usr/bin/llama-quantize");
    }

    private String internal() {
        return architecture.internals() + "/llama/bin/ggml-rpc-server";
    }

    private void linkBackends() throws IOException {
        Path libraries = root().resolve(architecture.libraries());
        try (Stream<Path> backends = Files.list(libraries.resolve("ggml/backends0"))) {
            for (Path backend : backends.toList()) {
                Path name = backend.getFileName();
                Files.createSymbolicLink(
                        libraries.resolve(name), Path.of("ggml/backends0").resolve(name));
            }
        }
    }

    private void writeLauncher(Path launcher, String executable) throws IOException {
        Files.writeString(
                launcher,
                """
                #!/bin/sh
                root="${0%%/*}/../%s"
                libraries="$root/%s"
                exec "$libraries/%s" --library-path "$libraries:$libraries/llama" "$root/%s" "$@"
                """
                        .formatted(
                                ROOT, architecture.libraries(), architecture.loader(), executable));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
