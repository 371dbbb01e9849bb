package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Other machines join: three networks of their own, the control plane in one, an agent in each of
 * the others. One of these has a second card, with the default route, that leads elsewhere; the
 * other one has the bridge of a container engine.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JoinIT {

    private static final String WRONG = "10.66.0.2";

    @TempDir private static Path folder;

    private static @Nullable Namespaces machines;
    private static @Nullable JoinedCluster cluster;

    @BeforeAll
    static void join() {
        Optional<String> missing = Namespaces.missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> "not run: " + missing.orElse(""));
        machines = Namespaces.create();
        machines.add(JoinedCluster.CONTROL);
        machines.bare("left");
        machines.addWrongCard("left", "eth0", WRONG + "/24", "10.66.0.1");
        machines.plug("left");
        machines.bare("right");
        machines.addBridge("right", "docker0", "172.17.0.1/16");
        machines.plug("right");
        cluster = JoinedCluster.start(machines, folder);
        CompletableFuture<Namespaces.Said> left =
                CompletableFuture.supplyAsync(() -> cluster().join("left", "--memory", "3GB"));
        Namespaces.Said right = cluster().join("right");

        assertThat(left.join().exit()).describedAs(left.join().text()).isZero();
        assertThat(right.exit()).describedAs(right.text()).isZero();
    }

    @AfterAll
    static void end() {
        try (Namespaces _ = machines) {
            if (cluster != null) {
                cluster.close();
            }
        }
    }

    @Test
    @Order(1)
    void bothJoinWithThePrintedLineAndTheRightCardIsChosen() {
        assertThat(cluster().joinLine())
                .containsSubsequence("agent", "--join", machines().address("control") + ":8761")
                .contains(cluster().home("control").resolve("token").toString());
        assertThat(cluster().nodes()).hasSize(2);
        for (String machine : List.of("left", "right")) {
            assertThat(cluster().nodesOn(machine))
                    .singleElement()
                    .satisfies(
                            node -> {
                                assertThat(node.path("verdict").asString()).isEqualTo("READY");
                                assertThat(node.path("report").path("addressReason").asString())
                                        .contains(Namespaces.CARD)
                                        .contains(machines().address("control"));
                            });
        }
        assertThat(
                        cluster()
                                .nodesOn("left")
                                .getFirst()
                                .path("report")
                                .path("memory")
                                .path("budget")
                                .asLong())
                .isEqualTo(3L << 30);
    }

    @Test
    @Order(2)
    void statusOfAJoinedMachineShowsItsAddressAndWhy() {
        Namespaces.Said status = cluster().caravan("left", "left", "status");

        assertThat(status.exit()).describedAs(status.text()).isZero();
        assertThat(status.text())
                .contains("joined    http://" + machines().address("control") + ":8761")
                .contains("at http://" + machines().address("left") + ":")
                .contains("begins there, on " + Namespaces.CARD)
                .doesNotContain(WRONG);
    }

    @Test
    @Order(3)
    void aModelOnAJoinedAgentAnswersThroughTheGateway() {
        Namespaces.Said made = cluster().caravan("left", "left", "fixture", "joined");
        assertThat(made.exit()).describedAs(made.text()).isZero();

        Answer answer =
                cluster()
                        .client()
                        .post("/api/generate", OllamaClient.generate("joined", "hello there", 12));

        assertThat(answer.status()).describedAs(answer.lines().toString()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(12);
        List<JsonNode> replicas =
                cluster().nodes().stream()
                        .flatMap(node -> node.path("report").path("replicas").valueStream())
                        .toList();
        assertThat(replicas).hasSize(1);
        Namespaces.Said run = cluster().caravan("right", "right", "run", "-n", "5", "joined", "hi");
        assertThat(run.exit()).describedAs(run.text()).isZero();
    }

    @Test
    @Order(4)
    void aStrangerWithAWrongTokenCannotJoin() throws IOException {
        Path token = Files.writeString(folder.resolve("wrong-token"), "0".repeat(64));

        Namespaces.Said said =
                cluster()
                        .caravan(
                                "right",
                                "stranger",
                                "agent",
                                "--join",
                                machines().address("control"),
                                "--token",
                                token.toString());

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.text())
                .contains("http://" + machines().address("control") + ":8761")
                .contains("the token is not accepted there");
        assertThat(cluster().home("stranger").resolve("processes.json")).doesNotExist();
        assertThat(cluster().nodes()).hasSize(2);
    }

    @Test
    @Order(5)
    void anAddressThatTheClusterHasNoWayToIsReportedAndTheAgentEndedAgain() {
        Namespaces.Said said = cluster().joinAs("left", "astray", "--advertise", WRONG);

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.text())
                .contains("http://" + WRONG + ":")
                .contains("not reachable from the health service");
        assertThat(
                        cluster().nodes().stream()
                                .filter(node -> node.path("verdict").asString().equals("READY")))
                .hasSize(2);
        LocalCluster.assertNothingRuns(cluster().home("astray"));
    }

    @Test
    @Order(6)
    void anInterfaceThatIsNotThereIsRefusedWithThoseThatAre() {
        Namespaces.Said said = cluster().joinAs("left", "astray", "--interface", "wlan7");

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.text())
                .contains("wlan7 (expected: an interface of this host: ")
                .contains(Namespaces.CARD + " " + machines().address("left"))
                .contains("eth0 " + WRONG);
    }

    @Test
    @Order(7)
    void aCutLinkIsReportedWithTheAddressAndAMendedOneHeals() {
        machines().cut("left");
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                JsonNode node = cluster().nodesOn("left").getFirst();
                                assertThat(node.path("verdict").asString()).isEqualTo("DOWN");
                                assertThat(node.path("reason").asString())
                                        .contains("http://" + machines().address("left") + ":");
                            });
        } finally {
            machines().mend("left");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                cluster()
                                        .nodesOn("left")
                                        .getFirst()
                                        .path("verdict")
                                        .asString()
                                        .equals("READY"));
    }

    @Test
    @Order(8)
    void downEndsTheAgentAndTheClusterKnowsAtOnce() {
        Namespaces.Said down = cluster().caravan("right", "right", "down");

        assertThat(down.exit()).describedAs(down.text()).isZero();
        LocalCluster.assertNothingRuns(cluster().home("right"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () ->
                                assertThat(cluster().nodesOn("right"))
                                        .allSatisfy(
                                                node ->
                                                        assertThat(node.path("verdict").asString())
                                                                .isEqualTo("DOWN")));
        assertThat(cluster().caravan("right", "right", "status").exit()).isEqualTo(3);
    }

    private static Namespaces machines() {
        return Objects.requireNonNull(machines);
    }

    private static JoinedCluster cluster() {
        return Objects.requireNonNull(cluster);
    }
}
