package dev.caravan.engine.debian;

import dev.caravan.engine.source.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Downloads packages with a private apt state: nothing of the host's own state is read but its
 * configuration (proxies), and nothing is written. The index is checked against Debian's keyring
 * and each package against the index.
 */
final class AptArchive {

    /** The release that has llama.cpp; the stable one's does not. */
    static final String SUITE = "forky";

    private static final Duration UPDATE_LIMIT = Duration.ofMinutes(5);
    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(20);

    private final DebianTools tools;
    private final Path folder;
    private final DebianArchitecture architecture;

    AptArchive(DebianTools tools, Path folder, DebianArchitecture architecture) {
        this.tools = tools;
        this.folder = folder;
        this.architecture = architecture;
    }

    /** Reads the signed index of a mirror; {@code keyring} says whose signature counts. */
    void update(String mirror, Path keyring) throws IOException {
        Files.createDirectories(folder.resolve("state/lists/partial"));
        Files.createDirectories(folder.resolve("cache/archives/partial"));
        Files.createDirectories(folder.resolve("etc"));
        Files.writeString(folder.resolve("state/status"), "");
        Files.writeString(
                folder.resolve("etc/engine.sources"),
                """
                Types: deb
                URIs: %s
                Suites: %s
                Components: main
                Architectures: %s
                Targets: Packages
                Signed-By: %s
                """
                        .formatted(mirror, SUITE, architecture.debianName(), keyring));
        tools.run(folder, UPDATE_LIMIT, "apt-get", arguments("update"));
    }

    /** Downloads packages, without what they depend on, into a folder. */
    void download(Path into, List<String> packages) throws IOException {
        List<String> arguments = new ArrayList<>(arguments("download"));
        arguments.addAll(packages);
        tools.run(into, DOWNLOAD_LIMIT, "apt-get", arguments);
    }

    /** Debian's keyring on this host. */
    static Path requireKeyring() {
        return Stream.of("gpg", "pgp")
                .map(kind -> Path.of("/usr/share/keyrings/debian-archive-keyring." + kind))
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(
                        () ->
                                new EngineException(
                                        "/usr/share/keyrings/debian-archive-keyring.gpg: not on this host (expected: the package debian-archive-keyring; else %s)"
                                                .formatted(DebianTools.WAY_OUT)));
    }

    private List<String> arguments(String command) {
        List<String> arguments =
                Stream.of(
                                "Dir::Etc::SourceList=/dev/null",
                                "Dir::Etc::SourceParts=" + folder.resolve("etc"),
                                "Dir::State=" + folder.resolve("state"),
                                "Dir::State::Lists=" + folder.resolve("state/lists"),
                                "Dir::State::status=" + folder.resolve("state/status"),
                                "Dir::Cache=" + folder.resolve("cache"),
                                "APT::Architecture=" + architecture.debianName(),
                                "Acquire::Languages=none",
                                "Acquire::Retries=3",
                                "APT::Sandbox::User=",
                                "Debug::NoLocking=1")
                        .flatMap(option -> Stream.of("-o", option))
                        .toList();
        return Stream.concat(arguments.stream(), Stream.of(command)).toList();
    }
}
