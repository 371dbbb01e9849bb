package dev.caravan.worker.adapter.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that listens as {@code ollama serve} does and has no models, for ends and starts that a
 * real one does not show when asked to. {@link #script} makes it a file that can be started.
 */
public final class StandInOllama {

    private StandInOllama() {}

    /** Arguments: the version it tells. */
    public static void main(String[] arguments) throws IOException {
        String port = System.getenv("OLLAMA_HOST").replaceFirst(".*:", "");
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(port)),
                        0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] body =
                            (exchange.getRequestURI().getPath().equals("/api/version")
                                            ? "{\"version\":\"%s\"}".formatted(arguments[0])
                                            : "{\"models\":[]}")
                                    .getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        System.out.println("listening");
    }

    /** A shell's command that listens and answers with that version. */
    static String serves(String version) {
        return Stream.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-Djava.net.preferIPv4Stack=true",
                        "-cp",
                        classes(),
                        StandInOllama.class.getName(),
                        version)
                .collect(Collectors.joining("' '", "'", "'"));
    }

    private static String classes() {
        return Path.of(
                        StandInOllama.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                .toString();
    }

    /** Makes a file of shell commands that can be started. */
    static Path script(Path file, String... lines) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
        return Files.move(next, file);
    }
}
