package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Ports;
import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlementTest {

    @TempDir private Path folder;

    private Home home;

    @BeforeEach
    void makeTheHome() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
    }

    @Test
    void namesTheOwnerOfATakenPortAndTheFlagToChooseAnother() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> settle(ProcessTable.EMPTY, options(port, 0)))
                    .isInstanceOf(CliException.class)
                    .hasMessageStartingWith(
                            "port %d is taken by pid %d: "
                                    .formatted(port, ProcessHandle.current().pid()))
                    .hasMessageContaining("./caravan up --gateway-port P (0: any free one)");
            assertThatThrownBy(() -> settle(ProcessTable.EMPTY, options(0, port)))
                    .hasMessageContaining("./caravan up --registry-port P");
        }
    }

    @Test
    void takesFreePortsWhereZeroIsAskedFor() throws IOException {
        ClusterFile cluster = settle(ProcessTable.EMPTY, options(0, 0)).cluster();

        assertThat(cluster.gatewayPort()).isPositive().isNotEqualTo(cluster.registryPort());
        assertThat(Ports.free(cluster.gatewayPort())).isTrue();
        assertThat(cluster.agents()).isEqualTo(UpOptions.AGENTS);
        assertThat(cluster.redis()).startsWith("redis://127.0.0.1:");
    }

    @Test
    void keepsThePortsOfARunningCluster() throws IOException {
        ClusterFile first = settle(ProcessTable.EMPTY, options(0, 0)).cluster();
        first.write(home);

        ClusterFile second = settle(running(), options(0, 0)).cluster();

        assertThat(second).isEqualTo(first);
    }

    @Test
    void refusesAnotherPortThanTheRunningClusterHas() throws IOException {
        ClusterFile first = settle(ProcessTable.EMPTY, options(0, 0)).cluster();
        first.write(home);

        assertThatThrownBy(() -> settle(running(), options(first.gatewayPort() + 1, 0)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("gateway has " + first.gatewayPort())
                .hasMessageEndingWith("./caravan down");
    }

    @Test
    void refusesAnotherRedisThanTheRunningClusterHas() throws IOException {
        ClusterFile own = settle(ProcessTable.EMPTY, options(0, 0)).cluster();
        new ClusterFile(
                        own.clusterId(),
                        2,
                        own.gatewayPort(),
                        own.registryPort(),
                        own.redis(),
                        false)
                .write(home);

        assertThatThrownBy(() -> settle(running(), options(0, 0)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("the running cluster uses another Redis");
    }

    @Test
    void keepsTheClustersIdAndTakesNewPortsWhenNothingRuns() throws IOException {
        ClusterFile first = settle(ProcessTable.EMPTY, options(0, 0)).cluster();
        first.write(home);

        ClusterFile second = settle(ProcessTable.EMPTY, options(0, 0)).cluster();

        assertThat(second.clusterId()).isEqualTo(first.clusterId());
        assertThat(second.gatewayPort()).isNotEqualTo(first.gatewayPort());
    }

    @Test
    void addsAgentsToARunningClusterAndTakesNoneAway() throws IOException {
        settle(ProcessTable.EMPTY, options(0, 0)).cluster().write(home);

        assertThat(settle(running(), agents(3)).cluster().agents()).isEqualTo(3);
        assertThat(settle(running(), agents(1)).cluster().agents()).isEqualTo(2);
    }

    @Test
    void keepsTheAddressAndTheMemoryOfARunningClusterAndRefusesOthers() throws IOException {
        InetAddress bound = InetAddress.ofLiteral("127.0.0.2");
        ClusterFile first =
                settle(ProcessTable.EMPTY, options(0, 0, Optional.empty(), OptionalLong.of(7)))
                        .cluster();
        assertThat(first.bind()).isNull();
        assertThat(first.gatewayUrl()).startsWith("http://127.0.0.1:");
        ClusterFile elsewhere =
                new ClusterFile(
                        "c",
                        2,
                        first.gatewayPort(),
                        first.registryPort(),
                        first.redis(),
                        true,
                        "10.0.0.1",
                        7L,
                        null);
        elsewhere.write(home);

        assertThat(settle(running(), options(0, 0)).cluster()).isEqualTo(elsewhere);
        assertThat(elsewhere.registryUrl()).isEqualTo("http://10.0.0.1:" + first.registryPort());
        assertThatThrownBy(
                        () ->
                                settle(
                                        running(),
                                        options(0, 0, Optional.of(bound), OptionalLong.empty())))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(
                        "--bind: 127.0.0.2, but the running cluster listens on 10.0.0.1");
        assertThatThrownBy(
                        () ->
                                settle(
                                        running(),
                                        options(0, 0, Optional.empty(), OptionalLong.of(8))))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--agent-memory: 8 bytes")
                .hasMessageContaining("7 bytes");
    }

    @Test
    void startsNoClusterBesideAnAgentThatJoinedAnother() throws IOException {
        ClusterFile.joining("c", "http://10.0.0.9:8761").write(home);

        assertThatThrownBy(() -> settle(running(), options(0, 0)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("an agent of the cluster at http://10.0.0.9:8761")
                .hasMessageContaining("CARAVAN_HOME");
    }

    @Test
    void startsNoAgentsWhereOnlyTheControlPlaneIsAskedFor() throws IOException {
        ClusterFile control = settle(ProcessTable.EMPTY, agents(0)).cluster();
        control.write(home);

        assertThat(control.agents()).isZero();
        assertThat(settle(running(), options(0, 0)).cluster().agents()).isZero();
        assertThat(settle(running(), agents(2)).cluster().agents()).isEqualTo(2);
    }

    private Settlement.Settled settle(ProcessTable table, UpOptions options) throws IOException {
        return new Settlement(home, table).settle(options, "");
    }

    /** A cluster whose gateway and registry live: this very process stands for them. */
    private static ProcessTable running() {
        ProcessIdentity alive = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
        return new ProcessTable(
                List.of(
                        new Member("gateway", Kind.GATEWAY, alive, 0),
                        new Member("registry", Kind.REGISTRY, alive, 0)));
    }

    private static UpOptions options(int gateway, int registry) {
        return new UpOptions(
                OptionalInt.empty(),
                OptionalInt.of(gateway),
                OptionalInt.of(registry),
                UpOptions.CacheMaking.OFF,
                Duration.ofSeconds(1));
    }

    private static UpOptions options(
            int gateway, int registry, Optional<InetAddress> bind, OptionalLong memory) {
        return new UpOptions(
                OptionalInt.empty(),
                OptionalInt.of(gateway),
                OptionalInt.of(registry),
                bind,
                memory,
                UpOptions.CacheMaking.OFF,
                Duration.ofSeconds(1));
    }

    private static UpOptions agents(int agents) {
        return new UpOptions(
                OptionalInt.of(agents),
                OptionalInt.of(0),
                OptionalInt.of(0),
                UpOptions.CacheMaking.OFF,
                Duration.ofSeconds(1));
    }
}
