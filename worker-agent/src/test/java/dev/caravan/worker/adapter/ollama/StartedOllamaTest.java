package dev.caravan.worker.adapter.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.engine.EngineEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an Ollama is kept running: stand-ins end, hang and lose their port when told to. */
class StartedOllamaTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration PATIENT = Duration.ofMinutes(2);

    @TempDir private Path folder;

    private ProcessLauncher launcher;
    private @Nullable OllamaServer server;

    @BeforeEach
    void open() throws IOException {
        launcher = ProcessLauncher.open(folder.resolve("run"));
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        launcher.close();
    }

    private Path program() {
        return folder.resolve("ollama");
    }

    private OllamaServer start(String command, Duration longestSilence) {
        OllamaProperties properties = properties(command, null);
        OllamaServer begun =
                new OllamaServer(
                        new StartedOllama(
                                new OllamaCommand(command, folder.toString(), Map.of(), folder),
                                launcher,
                                longestSilence),
                        properties,
                        Duration.ofMinutes(1));
        server = begun;
        begun.start();
        return begun;
    }

    private static OllamaProperties properties(String command, @Nullable Path models) {
        return new OllamaProperties(
                null, command, models, 3, Duration.ofMillis(100), Duration.ofMinutes(10));
    }

    private static AdoptedEngine.Status await(
            OllamaServer server, Predicate<AdoptedEngine.Status> seen) {
        return Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(server::status, seen);
    }

    private List<String> lines(String file) throws IOException {
        Path written = folder.resolve(file);
        return Files.exists(written) ? Files.readAllLines(written) : List.of();
    }

    @Test
    void answersAtOnceWhereItsProgramDoes() throws Exception {
        StandInOllama.script(program(), "exec " + StandInOllama.serves("1.2.3"));

        AdoptedEngine.Status status = start("ollama", PATIENT).status();

        assertThat(status.fault()).isEmpty();
        assertThat(status.version()).isEqualTo("1.2.3");
        assertThat(status.url()).matches("http://127\\.0\\.0\\.1:[1-9]\\d+");
        assertThat(status.here()).isTrue();
        assertThat(status.slots()).isEqualTo(3);
    }

    @Test
    void tellsItsProgramWhereToListenAndWhatToLeaveAlone() throws Exception {
        StandInOllama.script(program(), "env >env.new; mv env.new env; exec sleep 300");
        Path store = Files.createDirectories(folder.resolve("store"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), store);
        OllamaLaunch launch = new OllamaLaunch(launcher, folder, "c1", store, Map.of());
        OllamaProperties properties = properties(program().toString(), link);
        OllamaHost host = launch.host(program().toString(), properties);
        try {
            host.start(new Ends());
            Awaitility.await().atMost(SOON).until(() -> !lines("env").isEmpty());

            assertThat(lines("env"))
                    .contains(
                            "OLLAMA_HOST=" + host.url().authority(),
                            "OLLAMA_MODELS=" + link,
                            "OLLAMA_NOPRUNE=1",
                            "OLLAMA_NO_CLOUD=1",
                            "OLLAMA_NUM_PARALLEL=3",
                            "CARAVAN_CLUSTER_ID=c1");
        } finally {
            host.close();
        }
    }

    @Test
    void prunesAFolderOfItsOwnAsItsUserWants() throws Exception {
        StandInOllama.script(program(), "env >env.new; mv env.new env; exec sleep 300");
        OllamaLaunch launch =
                new OllamaLaunch(
                        launcher,
                        folder,
                        "c1",
                        folder.resolve("store"),
                        Map.of("HOME", folder.toString()));
        OllamaHost host = launch.host(program().toString(), properties(program().toString(), null));
        try {
            host.start(new Ends());
            Awaitility.await().atMost(SOON).until(() -> !lines("env").isEmpty());

            assertThat(lines("env"))
                    .contains("OLLAMA_NO_CLOUD=1")
                    .doesNotContain("OLLAMA_NOPRUNE=1");
        } finally {
            host.close();
        }
    }

    /** Remembers each end. */
    private static final class Ends implements OllamaHost.Watcher {

        private final List<String> told = new CopyOnWriteArrayList<>();

        @Override
        public void ended(EngineEnd end) {
            told.add(end.exitCode() + " " + end.description());
        }

        @Override
        public void again() {}
    }

    @Test
    void namesAProgramThatIsNotThereAndStartsItOnceItIs() throws Exception {
        OllamaServer absent = start("ollama", PATIENT);

        assertThat(absent.status().fault())
                .contains(
                        "caravan.worker.ollama.command: ollama (expected: an executable file, or the name of one on PATH)");
        assertThat(absent.status().url()).isEqualTo("ollama");

        StandInOllama.script(program(), "exec " + StandInOllama.serves("1"));
        await(absent, status -> status.fault().isEmpty());
    }

    @Test
    void namesAFileThatCannotBeExecuted() throws Exception {
        Path plain = Files.writeString(folder.resolve("plain"), "text");

        assertThat(start(plain.toString(), PATIENT).status().fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains(plain.toString(), "expected"));
    }

    @Test
    void tellsHowItEndedAndStartsItAgainAfterGrowingPauses() throws Exception {
        StandInOllama.script(
                program(),
                "date +%s%N >>starts",
                "echo '[GIN] 2026/11/22 - 04:41:52 | 200 | 2ms | 127.0.0.1 | POST     \"/api/chat\"'",
                "echo '[GIN] 2026/11/22 - 04:41:53 | 200 | 9us | 127.0.0.1 | GET      \"/api/tags\"'",
                "echo boom",
                "exit 3");

        OllamaServer ending = start("ollama", PATIENT);

        await(ending, status -> status.fault().orElse("").contains("ollama serve: exit code 3"));
        assertThat(ending.status().fault().orElse(""))
                .contains("/api/chat", "boom")
                .doesNotContain("/api/tags");
        Awaitility.await().atMost(SOON).until(() -> lines("starts").size() >= 4);
        List<Long> starts = lines("starts").stream().map(Long::parseLong).toList();
        long first = starts.get(1) - starts.get(0);
        long third = starts.get(3) - starts.get(2);
        assertThat(Duration.ofNanos(first)).isGreaterThan(Duration.ofMillis(200));
        assertThat(Duration.ofNanos(third)).isGreaterThan(Duration.ofMillis(800));
    }

    @Test
    void endsOneThatNeverAnswersAndSaysWhatWasExpected() throws Exception {
        StandInOllama.script(program(), "echo $$ >>starts", "exec sleep 300");

        OllamaServer silent = start("ollama", Duration.ofSeconds(1));

        await(
                silent,
                status ->
                        status.fault()
                                .orElse("")
                                .matches(
                                        "ollama serve: no answer for 1 s, ended \\(expected: an Ollama that answers; its log: .*ollama\\.log\\)"));
        Awaitility.await().atMost(SOON).until(() -> lines("starts").size() >= 2);
        assertThat(ProcessHandle.of(Long.parseLong(lines("starts").getFirst()))).isEmpty();
    }

    @Test
    void saysWhatItWaitsForWhileItDoesNotAnswer() throws Exception {
        StandInOllama.script(program(), "exec sleep 300");

        OllamaProperties properties = properties("ollama", null);
        StartedOllama host =
                new StartedOllama(
                        new OllamaCommand("ollama", folder.toString(), Map.of(), folder), launcher);
        OllamaServer silent = new OllamaServer(host, properties, PATIENT);
        server = silent;
        Thread.ofVirtual().start(silent::start);

        await(
                silent,
                status ->
                        status.fault()
                                .orElse("")
                                .matches(
                                        "ollama serve: does not listen on port \\d+ \\(expected: an Ollama that answers; its log: .*\\)"));
    }

    /** Somebody else's server has the port when the first one comes to it. */
    @Test
    void triesAnotherPortWhereItsOwnWasTakenAndAsksNobodyElse() throws Exception {
        StandInOllama.script(
                program(),
                "if [ ! -e taken ]; then",
                "  (setsid " + StandInOllama.serves("foreign") + " >foreign & echo $! >taken)",
                "  until grep -q listening foreign; do sleep 0.05; done",
                "fi",
                "echo $OLLAMA_HOST >>ports",
                "exec " + StandInOllama.serves("own"));
        try {
            OllamaServer robbed = start("ollama", PATIENT);
            await(robbed, status -> !status.version().isEmpty());

            assertThat(robbed.status().version()).isEqualTo("own");
            assertThat(lines("ports")).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        } finally {
            ProcessHandle.of(Long.parseLong(lines("taken").getFirst()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void tellsAtOnceWhenItIsKilledAndIsBackSoon() throws Exception {
        StandInOllama.script(
                program(), "echo $$ >>starts", "exec " + StandInOllama.serves("1.2.3"));
        OllamaServer killed = start("ollama", PATIENT);
        String before = killed.status().url();

        ProcessHandle.of(Long.parseLong(lines("starts").getFirst()))
                .orElseThrow()
                .destroyForcibly();

        await(killed, status -> status.fault().orElse("").contains("exit code 137"));
        AdoptedEngine.Status back = await(killed, status -> status.fault().isEmpty());
        assertThat(back.url()).isNotEqualTo(before);
        assertThat(lines("starts")).hasSize(2);
    }

    @Test
    void endsItPolitelyWithTheAgent() throws Exception {
        StandInOllama.script(
                program(),
                "trap 'echo ended >>ends; exit 0' TERM",
                "echo $$ >>starts",
                "while :; do sleep 0.05; done");
        OllamaHost host =
                new StartedOllama(
                        new OllamaCommand("ollama", folder.toString(), Map.of(), folder), launcher);
        Ends ends = new Ends();
        host.start(ends);
        Awaitility.await().atMost(SOON).until(() -> !lines("starts").isEmpty());

        host.close();

        assertThat(lines("ends")).containsExactly("ended");
        assertThat(ends.told).isEmpty();
        assertThat(ProcessHandle.of(Long.parseLong(lines("starts").getFirst()))).isEmpty();
    }
}
