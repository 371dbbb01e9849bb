package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.cli.process.Daemons;
import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShutdownTest {

    @TempDir private Path folder;

    private final List<String> said = new ArrayList<>();
    private final List<Process> started = new ArrayList<>();
    private Home home;

    @BeforeEach
    void makeTheHome() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
        new ClusterFile(ClusterFile.newId(), 1, 1, 2, "redis://127.0.0.1:3", true).write(home);
    }

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void endsWhatTheTableNames() throws Exception {
        ProcessIdentity gateway = start(Map.of(), "sleep", "60");
        ProcessIdentity redis = start(Map.of(), "sleep", "60");
        new ProcessTable(
                        List.of(
                                new Member("gateway", Kind.GATEWAY, gateway, 1),
                                new Member("redis", Kind.REDIS, redis, 2)))
                .write(home);

        int ended = new Shutdown(home, said::add).down();

        assertThat(ended).isEqualTo(2);
        assertThat(gateway.alive()).isFalse();
        assertThat(redis.alive()).isFalse();
        assertThat(ProcessTable.read(home).members()).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void doesNotTouchAProcessThatWasGivenThePidLater() throws Exception {
        ProcessIdentity other = start(Map.of(), "sleep", "60");
        ProcessIdentity ours = new ProcessIdentity(other.pid(), "an earlier start");
        new ProcessTable(List.of(new Member("gateway", Kind.GATEWAY, ours, 1))).write(home);

        int ended = new Shutdown(home, said::add).down();

        assertThat(ended).isZero();
        assertThat(other.alive()).isTrue();
    }

    @Test
    void killsWhatCarriesTheClustersIdAndIsInNoTable() throws Exception {
        String id = ClusterFile.read(home).orElseThrow().clusterId();
        ProcessIdentity lost = start(Map.of("CARAVAN_CLUSTER_ID", id), "sleep", "60");
        ProcessIdentity others = start(Map.of("CARAVAN_CLUSTER_ID", id + "0"), "sleep", "60");

        int ended = new Shutdown(home, said::add).down();

        assertThat(ended).isEqualTo(1);
        assertThat(lost.alive()).isFalse();
        assertThat(others.alive()).isTrue();
    }

    @Test
    void findsProcessesAlsoWhenTheTableIsDamaged() throws Exception {
        String id = ClusterFile.read(home).orElseThrow().clusterId();
        ProcessIdentity lost = start(Map.of("CARAVAN_CLUSTER_ID", id), "sleep", "60");
        Files.writeString(home.processTable(), "{\"members\": [{");

        new Shutdown(home, said::add).down();

        assertThat(lost.alive()).isFalse();
    }

    private ProcessIdentity start(Map<String, String> settings, String... command)
            throws IOException {
        Process process =
                Daemons.start(List.of(command), settings, folder, folder.resolve("output"));
        started.add(process);
        return ProcessIdentity.of(process.pid()).orElseThrow();
    }
}
