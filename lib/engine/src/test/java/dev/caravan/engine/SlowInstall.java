package dev.caravan.engine;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.awaitility.Awaitility.await;

import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One of two processes that install at once: its fetch lasts until the other has started too. */
final class SlowInstall implements EngineSource.Installable {

    private final Path folder;

    private SlowInstall(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        append(folder.resolve("started"));
        EngineFinder finder =
                new EngineFinder(
                        new EngineHome(folder.resolve("home")),
                        List.of(new SlowInstall(folder)),
                        FakeSource::installation);
        var _ = new EngineInstaller(finder).install(_ -> {});
    }

    static Process start(Path folder) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowInstall.class.getName(),
                        folder.toString())
                .inheritIO()
                .start();
    }

    @Override
    public Optional<FoundEngine> find() {
        Path server = folder.resolve("llama-server");
        return Files.exists(server) ? Optional.of(found(server)) : Optional.empty();
    }

    @Override
    public String label() {
        return "slow";
    }

    @Override
    public FoundEngine install(Consumer<String> progress) {
        append(folder.resolve("installed"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.readAllLines(folder.resolve("started")).size() == 2);
        append(folder.resolve("llama-server"));
        return found(folder.resolve("llama-server"));
    }

    @Override
    public void discard() {
        throw new AssertionError("a working engine was discarded");
    }

    private static FoundEngine found(Path server) {
        return new FoundEngine(
                "test", server, Optional.empty(), Optional.empty(), List.of(server), Map.of());
    }

    private static void append(Path file) {
        try {
            Files.writeString(file, "once\n", CREATE, APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
