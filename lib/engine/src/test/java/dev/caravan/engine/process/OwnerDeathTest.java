package dev.caravan.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerDeathTest {

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final String ENGINE = "exec sleep 300";

    @TempDir Path folder;
    private @Nullable Process owner;

    @AfterEach
    void endOwner() throws InterruptedException {
        if (owner != null) {
            owner.destroyForcibly().waitFor();
        }
    }

    @Test
    void processesDieWithAnOwnerThatIsKilled() throws Exception {
        owner = Owner.start(folder, ENGINE, ENGINE, "trap '' TERM HUP INT; sleep 300 & wait");
        List<ProcessHandle> engines = Owner.processes(owner);

        owner.destroyForcibly().waitFor();

        await().atMost(DEADLINE).until(() -> engines.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(engines).hasSize(3);
    }

    @Test
    void aStoppedProcessDiesWithItsOwnerToo() throws Exception {
        owner = Owner.start(folder, ENGINE);
        ProcessHandle engine = Owner.processes(owner).getFirst();
        signal("STOP", engine);

        owner.destroyForcibly().waitFor();

        await().atMost(DEADLINE).until(() -> !engine.isAlive());
    }

    @Test
    void aHostWithoutSetsidKeepsTheLeash() throws Exception {
        owner = Owner.start(folder, Map.of("PATH", folder.toString()), "exec /bin/sleep 300");
        ProcessHandle engine = Owner.processes(owner).getFirst();

        owner.destroyForcibly().waitFor();

        await().atMost(DEADLINE).until(() -> !engine.isAlive());
    }

    @Test
    void helpersOfAnEngineDieWithIt() throws Exception {
        Path helperPid = folder.resolve("helper.pid");
        owner =
                Owner.start(
                        folder,
                        "sleep 300 & echo $! >"
                                + helperPid
                                + ".new && mv "
                                + helperPid
                                + ".new "
                                + helperPid
                                + "; wait");
        Owner.processes(owner);
        await().until(() -> Files.exists(helperPid));
        ProcessHandle helper =
                ProcessHandle.of(Long.parseLong(Files.readString(helperPid).strip())).orElseThrow();

        owner.destroyForcibly().waitFor();

        await().atMost(DEADLINE).until(() -> !helper.isAlive());
    }

    @Test
    void theNextOwnerEndsWhatSlippedItsLeash() throws Exception {
        owner = Owner.start(folder, ENGINE);
        ProcessHandle engine = Owner.processes(owner).getFirst();
        ProcessHandle watcher = engine.children().findFirst().orElseThrow();
        watcher.destroyForcibly();
        await().until(
                        () ->
                                Files.readString(Path.of("/proc/" + watcher.pid() + "/stat"))
                                        .contains(") Z "));
        owner.destroyForcibly().waitFor();
        assertThat(engine.isAlive()).isTrue();

        try (ProcessLauncher next = ProcessLauncher.open(folder.resolve("run"))) {

            assertThat(next.reaped()).containsExactly(engine.pid());
            await().atMost(DEADLINE).until(() -> !engine.isAlive());
        }
    }

    @Test
    void theNextOwnerSparesAnotherProcessThatGotThePid() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "300").start();
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.writeString(
                run.resolve("running.json"),
                "[{\"pid\":%d,\"start\":\"another boot/1\",\"command\":[\"llama-server\"],\"new\":1}]"
                        .formatted(stranger.pid()));

        try (ProcessLauncher next = ProcessLauncher.open(run)) {

            assertThat(next.reaped()).isEmpty();
            assertThat(stranger.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
        assertThat(code).isZero();
    }
}
