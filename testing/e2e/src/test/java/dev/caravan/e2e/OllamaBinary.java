package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * The {@code ollama} that {@code -Dollama.binary} names: as the command that people type, and as a
 * server.
 */
final class OllamaBinary {

    private static final Pattern TERMINAL = Pattern.compile("\u001B\\[[0-9;?]*[a-zA-Z]");
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Path binary;
    private final Path home;

    /**
     * @param home where it keeps what it writes for its user
     */
    OllamaBinary(Path home) {
        String path = System.getProperty("ollama.binary", "");
        assertThat(path).as("-Dollama.binary (expected: the path of an ollama)").isNotEmpty();
        this.binary = Path.of(path);
        this.home = home;
        assertThat(binary).isExecutable();
    }

    /**
     * @param out without what is meant for terminals
     */
    record Said(int exit, String out, String err) {

        /** What it said where it ended well. */
        String well() {
            assertThat(exit).as("%s\n%s", out, err).isZero();
            return out;
        }
    }

    /** Types a command for the server at that address. */
    Said say(URI server, String... words) {
        return pipe("", server, words);
    }

    /**
     * @param piped into it
     */
    Said pipe(String piped, URI server, String... words) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(words));
        try {
            Path out = Files.createTempFile(home, "said-", ".out");
            Path err = Files.createTempFile(home, "said-", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(home.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().put("OLLAMA_HOST", server.toString());
            builder.environment().put("HOME", home.toString());
            Process process = builder.start();
            try (var in = process.getOutputStream()) {
                in.write(piped.getBytes(UTF_8));
            }
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " did not end");
            }
            return new Said(process.exitValue(), plain(out), plain(err));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static String plain(Path said) throws IOException {
        return TERMINAL.matcher(Files.readString(said)).replaceAll("");
    }

    /** A server of its own, until it is closed. */
    Server serve(Path models) {
        try {
            int port = freePort();
            ProcessBuilder builder =
                    new ProcessBuilder(binary.toString(), "serve")
                            .redirectErrorStream(true)
                            .redirectOutput(home.resolve("serve.log").toFile());
            builder.environment().put("OLLAMA_HOST", "127.0.0.1:" + port);
            builder.environment().put("OLLAMA_MODELS", models.toString());
            builder.environment().put("OLLAMA_NO_CLOUD", "1");
            builder.environment().put("HOME", home.toString());
            Server server = new Server(builder.start(), URI.create("http://127.0.0.1:" + port));
            Awaitility.await("the server answers")
                    .atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> server.client().get("/").statusCode() == 200);
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    record Server(Process process, URI base) implements AutoCloseable {

        OllamaClient client() {
            return new OllamaClient(base);
        }

        /** Its engines end with it. */
        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }
}
