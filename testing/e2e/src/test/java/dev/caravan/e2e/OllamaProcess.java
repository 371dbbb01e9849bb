package dev.caravan.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real Ollama, of {@code -Dollama.binary}, with a port of its own; its engines lie beside it. */
final class OllamaProcess implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path folder;
    private final Path models;
    private final int port;
    private final OllamaClient client;
    private Process process;

    private OllamaProcess(Path folder, Path models) throws IOException {
        this.folder = folder;
        this.models = models;
        try (ServerSocket free = new ServerSocket(0)) {
            this.port = free.getLocalPort();
        }
        this.client = new OllamaClient(URI.create("http://127.0.0.1:" + port));
        Files.createDirectories(models);
        this.process = started();
    }

    /**
     * @param folder for its home
     * @param models its store
     */
    static OllamaProcess start(Path folder, Path models) throws IOException {
        return new OllamaProcess(folder, models);
    }

    URI base() {
        return client.base();
    }

    private Process started() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(OllamaBinary.path().toString(), "serve")
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("serve.log").toFile()));
        builder.environment().put("OLLAMA_HOST", "127.0.0.1:" + port);
        builder.environment().put("OLLAMA_MODELS", models.toString());
        builder.environment().put("OLLAMA_NO_CLOUD", "1");
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("LLAMA_ARG_THREADS", "1");
        Process begun = builder.start();
        Awaitility.await("Ollama answers, " + folder.resolve("serve.log"))
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.get("/api/version").statusCode() == 200);
        return begun;
    }

    Path models() {
        return models;
    }

    OllamaClient client() {
        return client;
    }

    /** Makes a model as the {@code caravan} command does. */
    String fixture(String name, String... options) {
        List<String> command =
                Stream.of(
                                Stream.of("fixture", name),
                                Stream.of(options),
                                Stream.of("--endpoint", client.base().toString()))
                        .flatMap(part -> part)
                        .toList();
        LocalCluster.Said said =
                LocalCluster.caravan(folder.resolve("caravan"), command.toArray(String[]::new));
        if (said.exit() != 0) {
            throw new IllegalStateException("fixture: " + said.text());
        }
        return name;
    }

    /** Time that its engines have computed. */
    Duration worked() {
        return process.descendants()
                .flatMap(child -> child.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Ends its engines with SIGKILL; it goes on itself. */
    void killEngines() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Ends it with SIGKILL, and its engines, which it would leave behind. */
    void kill() {
        List<ProcessHandle> engines = process.descendants().toList();
        process.destroyForcibly();
        engines.forEach(ProcessHandle::destroyForcibly);
        engines.forEach(engine -> engine.onExit().join());
        process.onExit().join();
    }

    void startAgain() {
        try {
            process = started();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> engines = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        engines.forEach(ProcessHandle::destroyForcibly);
    }
}
