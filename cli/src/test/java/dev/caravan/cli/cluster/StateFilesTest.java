package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {

    @TempDir private Path folder;

    private Home home;

    @BeforeEach
    void makeTheHome() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        ClusterFile cluster = new ClusterFile("id", 2, 11434, 8761, "redis://127.0.0.1:1", true);
        ProcessTable table =
                new ProcessTable(
                        List.of(
                                new Member(
                                        "agent-1", Kind.AGENT, new ProcessIdentity(7, "x:1"), 0)));

        cluster.write(home);
        table.write(home);

        assertThat(ClusterFile.read(home)).contains(cluster);
        assertThat(ProcessTable.read(home)).isEqualTo(table);
    }

    @Test
    void takesMissingAndDamagedFilesForNone() throws IOException {
        assertThat(ClusterFile.read(home)).isEmpty();

        Files.writeString(home.clusterFile(), "{\"clusterId\":");
        Files.writeString(home.processTable(), "");

        assertThat(ClusterFile.read(home)).isEmpty();
        assertThat(ProcessTable.read(home)).isEqualTo(ProcessTable.EMPTY);
    }

    @Test
    void makesATokenOnceThatOnlyItsUserMayRead() throws IOException {
        ClusterFile.ensureToken(home);
        String token = Files.readString(home.tokenFile());
        ClusterFile.ensureToken(home);

        assertThat(token.strip()).matches("[0-9a-f]{64}");
        assertThat(Files.readString(home.tokenFile())).isEqualTo(token);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.tokenFile())))
                .isEqualTo("rw-------");
    }

    @Test
    void doesNotTakeTheReadyFileOfAnEarlierProcess() throws IOException {
        Member member =
                new Member("gateway", Kind.GATEWAY, new ProcessIdentity(4711, "x:1"), 11434);
        Files.writeString(
                home.readyFile("gateway"),
                "{\"service\":\"gateway-service\",\"pid\":4710,\"port\":1,\"managementPort\":2,\"startedAt\":3}");
        assertThat(ReadyFile.of(home, member)).isEmpty();

        Files.writeString(
                home.readyFile("gateway"),
                "{\"service\":\"gateway-service\",\"pid\":4711,\"host\":\"10.0.0.1\",\"port\":1,\"managementPort\":2,\"startedAt\":3}");
        assertThat(ReadyFile.of(home, member))
                .contains(new ReadyFile("gateway-service", 4711, "10.0.0.1", 1, 2));
    }

    @Test
    void showsTheEndOfALog() throws IOException {
        Path log = home.log("gateway");
        Files.writeString(log, "one\ntwo\nthree\n");

        assertThat(Logs.tail(log, 2)).isEqualTo("two\nthree");
        assertThat(Logs.tail(home.log("nobody"), 2)).isEmpty();
    }
}
