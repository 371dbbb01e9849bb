package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallRaceTest {

    @TempDir Path folder;

    @Test
    void ofTwoProcessesThatInstallAtOnceOneTakesTheOthersResult() throws Exception {
        Process first = SlowInstall.start(folder);
        Process second = SlowInstall.start(folder);

        assertThat(List.of(end(first), end(second))).containsOnly(0);

        assertThat(Files.readAllLines(folder.resolve("started"))).hasSize(2);
        assertThat(Files.readAllLines(folder.resolve("installed"))).hasSize(1);
    }

    private static int end(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
