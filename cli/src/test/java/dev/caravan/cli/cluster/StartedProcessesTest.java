package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.cli.CliException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartedProcessesTest {

    @TempDir private Path folder;

    private final List<String> said = new ArrayList<>();
    private Home home;

    @BeforeEach
    void makeTheHome() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
    }

    @Test
    void namesTheProcessThatDiesWhileStartingAndEndsTheOthers() throws Exception {
        Member redis;
        try (StartedProcesses started = started()) {
            redis = started.start(launch("redis", Kind.REDIS, "sleep 60"));
            started.start(launch("gateway", Kind.GATEWAY, "echo no bread; echo no wine; exit 7"));

            assertThatThrownBy(() -> started.await(() -> false, () -> "late", in(20)))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("gateway has ended while starting (exit 7)")
                    .hasMessageContaining("no bread\nno wine");
            assertThat(redis.alive()).isTrue();
        }

        assertThat(redis.alive()).isFalse();
    }

    @Test
    void saysWhatIsMissingWhenTimeIsUp() throws Exception {
        try (StartedProcesses started = started()) {
            started.start(launch("redis", Kind.REDIS, "sleep 60"));

            assertThatThrownBy(() -> started.await(() -> false, () -> "redis is late", in(0)))
                    .hasMessage("redis is late");
        }
    }

    @Test
    void leavesProcessesAloneThatAreKept() throws Exception {
        Member redis;
        try (StartedProcesses started = started()) {
            redis = started.start(launch("redis", Kind.REDIS, "sleep 60"));
            started.keep();
        }

        assertThat(redis.alive()).isTrue();
        assertThat(ProcessTable.read(home).living("redis")).contains(redis);

        new Shutdown(home, said::add).down();
        assertThat(redis.alive()).isFalse();
    }

    private StartedProcesses started() {
        return new StartedProcesses(home, ProcessTable.EMPTY, new Shutdown(home, said::add));
    }

    private static LaunchPlan.Launch launch(String name, Kind kind, String script) {
        return new LaunchPlan.Launch(name, kind, 0, List.of("sh", "-c", script), Map.of());
    }

    private static long in(int seconds) {
        return System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    }
}
