package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.LinuxProcesses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The services' jars, unpacked into folders named by their content. A jar in a {@code target}
 * folder is never run itself: classes are loaded when they are first needed, and a build that
 * replaces the jar under a running process makes it fail in odd places.
 */
final class BootJars {

    /** It tells when the jar was built, and would make every build's content another one. */
    private static final String BUILD_TIME = "build-info.properties";

    private static final int KEY_BYTES = 8;
    private static final long LONGEST_EXTRACTION_SECONDS = 120;

    private final Home home;
    private final Path java;

    BootJars(Home home, Path java) {
        this.home = home;
        this.java = java;
    }

    /** An unpacked service. */
    record App(Kind kind, String key, Path jar) {}

    App extract(Kind kind) throws IOException {
        Path source = built(kind);
        String key = key(source);
        Path folder = home.cache().resolve("apps").resolve(kind.module() + "-" + key);
        Path jar = folder.resolve(source.getFileName());
        if (Files.notExists(jar)) {
            Files.createDirectories(folder.getParent());
            Path fresh = Files.createTempDirectory(folder.getParent(), ".unpacking-");
            try {
                unpack(source, fresh);
                publish(fresh, folder);
            } finally {
                delete(fresh);
            }
            deleteOlder(kind, folder);
        }
        return new App(kind, key, jar);
    }

    private Path built(Kind kind) throws IOException {
        Path target = home.project().resolve(kind.module()).resolve("target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> jars =
                    Files.newDirectoryStream(target, kind.module() + "-*.jar")) {
                for (Path jar : jars) {
                    if (!jar.getFileName().toString().matches(".*-(sources|javadoc|tests)\\.jar")) {
                        return jar;
                    }
                }
            }
        }
        throw new CliException(
                "%s: no %s jar (expected: the built service); build with: ./mvnw package -DskipTests"
                        .formatted(target, kind.module()));
    }

    /** A digest over name, size and CRC of every entry: what the jar is, not when it was made. */
    static String key(Path jar) throws IOException {
        MessageDigest digest = sha256();
        digest.update(jar.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                if (!entry.getName().endsWith(BUILD_TIME)) {
                    digest.update(entry.getName().getBytes(StandardCharsets.UTF_8));
                    digest.update(
                            ByteBuffer.allocate(2 * Long.BYTES)
                                    .putLong(entry.getSize())
                                    .putLong(entry.getCrc())
                                    .array());
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES);
    }

    private void unpack(Path source, Path folder) throws IOException {
        Path said = home.work().resolve(source.getFileName() + ".unpacking");
        Process process =
                new ProcessBuilder(
                                java.toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Djarmode=tools",
                                "-jar",
                                source.toString(),
                                "extract",
                                "--force",
                                "--destination",
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            if (!process.waitFor(LONGEST_EXTRACTION_SECONDS, TimeUnit.SECONDS)) {
                throw new CliException(
                        "%s: unpacking takes longer than %d s"
                                .formatted(source, LONGEST_EXTRACTION_SECONDS));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while unpacking " + source);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0 || Files.notExists(folder.resolve(source.getFileName()))) {
            throw new CliException(
                    "%s: cannot be unpacked (exit %d, expected: 0): %s"
                            .formatted(source, process.exitValue(), Logs.tail(said, 3)));
        }
        Files.deleteIfExists(said);
    }

    private static void publish(Path fresh, Path folder) throws IOException {
        try {
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException madeByAnother) {
            if (!Files.isDirectory(folder)) {
                throw madeByAnother;
            }
        }
    }

    /** Older builds of a service go, unless a process still runs from them. */
    private static void deleteOlder(Kind kind, Path kept) throws IOException {
        List<String> commands =
                LinuxProcesses.present()
                        ? LinuxProcesses.all().stream()
                                .flatMap(pid -> LinuxProcesses.command(pid).stream())
                                .toList()
                        : List.of();
        try (DirectoryStream<Path> builds =
                Files.newDirectoryStream(kept.getParent(), kind.module() + "-*")) {
            for (Path build : builds) {
                boolean runs = commands.stream().anyMatch(one -> one.contains(build + "/"));
                if (!build.equals(kept) && !runs) {
                    delete(build);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
