package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.Owner;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.FoundEngine;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real engine; installed into the user's cache by the code of {@code engine install}. */
class RealEngineTest {

    private static final EngineFinder FINDER = EngineFinder.ofEnvironment();
    private static EngineInstallation engine;

    @TempDir Path folder;
    private @Nullable Process owner;

    @AfterEach
    void endOwner() throws InterruptedException {
        if (owner != null) {
            owner.destroyForcibly().waitFor();
        }
    }

    @BeforeAll
    static void install() {
        try {
            engine = new EngineInstaller(FINDER).install(System.out::println);
        } catch (EngineException e) {
            throw new AssertionError(
                    "the tests need the engine; `./caravan engine install` says the same: "
                            + e.getMessage(),
                    e);
        }
    }

    @Test
    void theProbeTellsWhatTheEngineIs() {
        EngineInstallation tried =
                new EngineProbe(new EngineHome(folder)).probe(FINDER.found().orElseThrow());

        assertThat(tried).isEqualTo(engine);
        assertThat(tried.build()).matches("b\\d+");
        assertThat(tried.rpcProtocol())
                .hasValueSatisfying(v -> assertThat(v).matches("\\d+(\\.\\d+){2}"));
        assertThat(tried.rpcWorks()).isTrue();
        assertThat(tried.backends()).extracting(Backend::name).contains("CPU");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aServerThatIsNotThereForTheSplitIsToldAndTheEngineIsOfUse() throws Exception {
        var found = FINDER.found().orElseThrow();
        var broken =
                new FoundEngine(
                        found.source(),
                        found.server(),
                        Optional.of(Path.of("/bin/false")),
                        found.quantize(),
                        found.files(),
                        found.packages());

        EngineInstallation tried = new EngineProbe(new EngineHome(folder)).probe(broken);

        assertThat(tried.rpcWorks()).isFalse();
        assertThat(tried.rpcFault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains("/bin/false", "exit code 1"));
        assertThat(tried.build()).isEqualTo(engine.build());
    }

    @Test
    void theSecondFindTriesNothing() {
        long start = System.nanoTime();

        assertThat(FINDER.find()).contains(engine);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void quantizesAModel() throws Exception {
        Path small = folder.resolve("small.gguf");

        try (ProcessLauncher launcher = ProcessLauncher.open(folder.resolve("run"))) {
            LeashedProcess quantize =
                    launcher.start(
                            spec(
                                    engine.quantize().orElseThrow(),
                                    model().toString(),
                                    small.toString(),
                                    "Q4_K_M",
                                    "1"));

            assertThat(quantize.onExit().get(60, TimeUnit.SECONDS).code()).isZero();
        }
        assertThat(Files.size(small)).isPositive().isLessThan(Files.size(model()));
    }

    @Test
    void aServingEngineDiesWithItsOwner() throws Exception {
        String command =
                "exec %s -m %s --host 127.0.0.1 --port 0 -t 1 -c 256 --no-ui"
                        .formatted(engine.server(), model());
        owner = Owner.start(folder, command);
        ProcessHandle server = Owner.processes(owner).getFirst();
        Path log = folder.resolve("process-1.log");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> EngineLog.httpPort(Files.readAllLines(log)).isPresent());
        int port = EngineLog.httpPort(Files.readAllLines(log)).orElseThrow();

        owner.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(3)).until(() -> !server.isAlive());
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close())
                .isInstanceOf(ConnectException.class);
    }

    private Path model() throws IOException {
        Path model = folder.resolve("model.gguf");
        if (Files.notExists(model)) {
            new FixtureWriter().write(RandomModel.named("test"), model);
        }
        return model;
    }

    private ProcessSpec spec(Path binary, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        return new ProcessSpec(
                command, Map.of(), folder, folder.resolve("engine.log"), 1024 * 1024);
    }
}
