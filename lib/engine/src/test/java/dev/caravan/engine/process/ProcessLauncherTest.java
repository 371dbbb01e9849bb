package dev.caravan.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessLauncherTest {

    @TempDir Path folder;
    private ProcessLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        launcher = ProcessLauncher.open(folder.resolve("run"));
    }

    @AfterEach
    void close() {
        launcher.close();
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 1, 1", "kill -s ABRT $$, 134", "kill -s KILL $$, 137"})
    void tellsTheExitCodeThatTheCommandEndedWith(String script, int code) throws Exception {
        LeashedProcess process = shell(script);

        assertThat(end(process).code()).isEqualTo(code);
    }

    @Test
    void tellsTheLastLinesOfOutputAndErrors() throws Exception {
        LeashedProcess process = shell("echo first; echo second >&2; exit 3");

        ExitStatus status = end(process);

        assertThat(status.lastLines()).containsExactly("first", "second");
        assertThat(status.describe()).contains("exit code 3").contains("second");
    }

    @Test
    void keepsOnlyTheLinesThatAreAskedFor() throws Exception {
        LeashedProcess process =
                launcher.start(
                        new ProcessSpec(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "echo keep 1; echo secret >&2; echo keep $$ $LEASH_KEEP;"
                                                + " exit 3"),
                                Map.of(),
                                folder,
                                folder.resolve("kept.log"),
                                ProcessSpec.LEAST_LOG_BYTES,
                                Optional.of("^keep [0-9]+")));

        ExitStatus status = end(process);

        assertThat(status).isEqualTo(new ExitStatus(3, List.of("keep 1", "keep " + process.pid())));
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("lines."));
        }
    }

    @Test
    void holdsThePidOfTheCommandItself() throws Exception {
        LeashedProcess process = shell("echo $$; exec sleep 300");

        await().until(() -> !process.lastLines(1).isEmpty());

        assertThat(process.lastLines(1)).containsExactly(Long.toString(process.pid()));
        assertThat(process.startedAt()).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void killingOneProcessLeavesTheOthers() throws Exception {
        LeashedProcess one = shell("exec sleep 300");
        LeashedProcess other = shell("exec sleep 300");

        ExitStatus status = one.kill().get(10, TimeUnit.SECONDS);

        assertThat(status.code()).isEqualTo(137);
        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void aProcessThatIsKilledFromOutsideIsToldWithItsCode() throws Exception {
        LeashedProcess process = shell("echo working; exec sleep 300");
        await().until(() -> !process.lastLines(1).isEmpty());

        assertThat(ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly()).isTrue();

        assertThat(end(process)).isEqualTo(new ExitStatus(137, List.of("working")));
    }

    @Test
    void helpersOfAProcessThatIsKilledFromOutsideEndToo() throws Exception {
        LeashedProcess process = shell("sleep 300 & echo $!; wait");
        await().until(() -> !process.lastLines(1).isEmpty());
        ProcessHandle helper =
                ProcessHandle.of(Long.parseLong(process.lastLines(1).getFirst())).orElseThrow();

        assertThat(ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly()).isTrue();

        await().atMost(Duration.ofSeconds(3)).until(() -> !helper.isAlive());
    }

    @Test
    void aTerminatedProcessMayEndByItself() throws Exception {
        LeashedProcess process =
                shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        await().until(() -> process.lastLines(1).contains("ready"));

        ExitStatus status = process.terminate(Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS);

        assertThat(status.code()).isEqualTo(7);
    }

    @Test
    void aProcessThatIgnoresTerminationIsKilledAfterTheGrace() throws Exception {
        LeashedProcess process = shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await().until(() -> process.lastLines(1).contains("ready"));

        long start = System.nanoTime();
        ExitStatus status = process.terminate(Duration.ofMillis(300)).get(10, TimeUnit.SECONDS);

        assertThat(status.code()).isEqualTo(137);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void givesTheEnvironmentAndKeepsAbortsQuick() throws Exception {
        LeashedProcess process =
                launcher.start(
                        spec(
                                "echo $CARAVAN_TEST $GGML_NO_BACKTRACE",
                                Map.of("CARAVAN_TEST", "yes"),
                                ProcessSpec.LEAST_LOG_BYTES));

        assertThat(end(process).lastLines()).containsExactly("yes 1");
    }

    @Test
    void doesNotPassTheOwnersSecretsOn() throws Exception {
        Process owner =
                Owner.start(
                        folder.resolve("owner"),
                        Map.of("CARAVAN_TOKEN", "secret", "CARAVAN_CLUSTER", "c1"),
                        "echo cluster $CARAVAN_CLUSTER token $CARAVAN_TOKEN; exec sleep 300");
        try {
            Owner.processes(owner);
            Path log = folder.resolve("owner/process-1.log");

            await().until(() -> Files.size(log) > 0);

            assertThat(log).hasContent("cluster c1 token");
        } finally {
            owner.destroyForcibly().waitFor();
        }
    }

    @Test
    void theLogStaysWithinItsBoundAndKeepsTheEnd() throws Exception {
        String chatter = "i=0; while :; do i=$((i+1)); echo line $i of a long story; done";
        LeashedProcess process =
                launcher.start(spec(chatter, Map.of(), ProcessSpec.LEAST_LOG_BYTES));
        Path earlier = process.log().resolveSibling("test.log.1");

        await().atMost(Duration.ofSeconds(15)).until(() -> Files.exists(earlier));
        ExitStatus status = process.kill().get(10, TimeUnit.SECONDS);

        assertThat(Files.size(earlier)).isLessThanOrEqualTo(ProcessSpec.LEAST_LOG_BYTES / 2);
        assertThat(Files.readAllLines(earlier))
                .allMatch(line -> line.matches("line \\d+ of a long story"));
        assertThat(status.lastLines()).hasSize(ExitStatus.LAST_LINES);
    }

    @Test
    void aNewProcessDoesNotInheritTheLinesOfTheLastOne() throws Exception {
        end(shell("echo listening on http://127.0.0.1:1"));

        ExitStatus second = end(shell("exit 1"));

        assertThat(second.lastLines()).isEmpty();
        assertThat(folder.resolve("test.log.1")).content().contains("listening");
    }

    @Test
    void aCommandThatIsNotThereIsNamed() {
        ProcessSpec spec =
                new ProcessSpec(
                        List.of("/no/such/engine"),
                        Map.of(),
                        folder,
                        folder.resolve("test.log"),
                        ProcessSpec.LEAST_LOG_BYTES);

        assertThatThrownBy(() -> launcher.start(spec))
                .isInstanceOf(IOException.class)
                .hasMessage("command: /no/such/engine (expected: an executable file)");
    }

    @Test
    void closingEndsAllThatRuns() throws Exception {
        LeashedProcess one = shell("exec sleep 300");
        LeashedProcess other = shell("trap '' TERM; while :; do sleep 0.05; done");

        launcher.close();

        assertThat(List.of(one.isAlive(), other.isAlive())).containsOnly(false);
    }

    @Test
    void aFolderHasOneOwner() {
        assertThatThrownBy(() -> ProcessLauncher.open(folder.resolve("run")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("owned by another process")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void theFolderAndTheLogArePrivate() throws Exception {
        LeashedProcess process = shell("exit 0");
        end(process);

        assertThat(mode(folder.resolve("run"))).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("run/leash.sh"))).isEqualTo("rwx------");
        assertThat(mode(process.log())).isEqualTo("rw-------");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private LeashedProcess shell(String script) throws IOException {
        return launcher.start(spec(script, Map.of(), ProcessSpec.LEAST_LOG_BYTES));
    }

    private ProcessSpec spec(String script, Map<String, String> environment, long logBytes) {
        return new ProcessSpec(
                List.of("/bin/sh", "-c", script),
                environment,
                folder,
                folder.resolve("test.log"),
                logBytes);
    }

    private static ExitStatus end(LeashedProcess process) throws Exception {
        return process.onExit().get(10, TimeUnit.SECONDS);
    }
}
