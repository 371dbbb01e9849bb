package dev.caravan.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {

    @Test
    void knowsAProcessUntilItEnds() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();

        assertThat(identity.alive()).isTrue();
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);

        assertThat(identity.alive()).isFalse();
        assertThat(identity.handle()).isEmpty();
    }

    @Test
    void doesNotTakeALaterProcessWithThePidForIt() {
        ProcessIdentity now = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();

        ProcessIdentity earlier = new ProcessIdentity(now.pid(), now.started() + "0");

        assertThat(now.alive()).isTrue();
        assertThat(earlier.alive()).isFalse();
        assertThat(earlier.handle()).isEmpty();
    }

    @Test
    void readsNamesWithBlanksAndParentheses() {
        String line =
                "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 1 0 0 0 12 30 0 0 20 0 1 0 987654 1 2";

        assertThat(LinuxProcesses.parse(line)).contains(new LinuxProcesses.Stat(false, 42, 987654));
    }

    @Test
    void takesAZombieForDead() {
        String line = "4711 (sleep) Z 1 4711 4711 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 0 0";

        assertThat(LinuxProcesses.parse(line).orElseThrow().zombie()).isTrue();
    }

    @Test
    void findsSettingsWholeAndByTheirName() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sleep", "60");
        builder.environment().put("CARAVAN_CLUSTER_ID", "abc");
        Process process = builder.start();
        try {
            long pid = process.pid();

            assertThat(LinuxProcesses.hasEnvironment(pid, "CARAVAN_CLUSTER_ID", "abc")).isTrue();
            assertThat(LinuxProcesses.hasEnvironment(pid, "CARAVAN_CLUSTER_ID", "ab")).isFalse();
            assertThat(LinuxProcesses.hasEnvironment(pid, "CLUSTER_ID", "abc")).isFalse();
        } finally {
            process.destroyForcibly();
        }
    }
}
