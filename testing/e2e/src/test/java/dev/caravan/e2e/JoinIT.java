package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
import tools.jackson.databind.node.ObjectNode;

/**
 * Other machines join: three networks of their own, the control plane in one, an agent in each of
 * the others. One of these has a second card, with the default route, that leads elsewhere; the
 * other one has the bridge of a container engine.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(2)
class JoinIT {

    private static final String WRONG = "10.66.0.2";

    /** What each machine offers: less than the large model needs. */
    private static final long MEBIBYTES = 700;

    private static final String LARGE = "large";

    private static final int OTHER_BUILD = 4242;

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
                CompletableFuture.supplyAsync(
                        () -> cluster().join("left", "--memory", MEBIBYTES + "MB"));
        Namespaces.Said right = cluster().join("right", "--memory", MEBIBYTES + "MB");

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
                .isEqualTo(MEBIBYTES << 20);
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
    void aStreamOverASlowedLinkIsNotTakenForDead() throws IOException {
        LinkFaults faults = linkFaults();
        Answer quick = faults.ask(line -> {});
        String streaming = faults.holder();
        String replica = faults.replicaOn(streaming);
        Optional<String> how = machines().slow(streaming);
        Assumptions.assumeTrue(how.isPresent(), "tc has no queue here that slows");
        Set<String> verdicts = new HashSet<>();
        Answer slowed;
        String queue;
        try {
            slowed = faults.ask(line -> verdicts.add(verdict(streaming)));
            queue = machines().slowed(streaming);
        } finally {
            machines().unslow(streaming);
        }

        assertThat(queue).containsPattern("qdisc netem|overlimits [1-9]");
        for (Answer answer : List.of(quick, slowed)) {
            assertThat(answer.error()).isEmpty();
            assertThat(answer.text()).isEqualTo(faults.oracle());
            assertThat(answer.last().has("continued")).isFalse();
            assertThat(answer.last().path("eval_count").asInt()).isEqualTo(LinkFaults.PREDICT);
        }
        assertThat(faults.replicaOn(streaming)).isEqualTo(replica);
        // a lost probe makes it suspect, which is no death
        assertThat(verdicts).isNotEmpty().doesNotContain("DOWN");
        awaitReady(streaming);
        System.out.printf(
                "slowed (%s): %d ms, %d ms without%n",
                how.get(),
                LinkFaults.duration(slowed).toMillis(),
                LinkFaults.duration(quick).toMillis());
    }

    @Test
    @Order(5)
    void aStreamWhoseMachineIsCutOffGoesOnOnTheOther() throws IOException {
        LinkFaults faults = linkFaults();
        faults.ask(line -> {});
        String streaming = faults.holder();
        AtomicInteger lines = new AtomicInteger();
        Answer answer;
        try {
            answer =
                    faults.ask(
                            line -> {
                                if (lines.incrementAndGet() == LinkFaults.CUT) {
                                    machines().cut(streaming);
                                }
                            });
        } finally {
            machines().mend(streaming);
        }

        assertThat(answer.error()).isEmpty();
        assertThat(answer.last().path("continued").path("times").asInt()).isEqualTo(1);
        assertThat(answer.last().path("continued").path("exact").asBoolean()).isTrue();
        assertThat(answer.text()).isEqualTo(faults.oracle());
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(LinkFaults.PREDICT);
        assertThat(faults.replicaOn(streaming.equals("left") ? "right" : "left")).isNotEmpty();
        System.out.printf(
                "machine cut off after %d tokens: pause %d ms%n",
                LinkFaults.CUT, LinkFaults.longestGap(answer).toMillis());
        awaitReady(streaming);
        faults.unload();
    }

    private static LinkFaults linkFaults() throws IOException {
        return LinkFaults.on(cluster(), folder);
    }

    private static void awaitReady(String machine) {
        Awaitility.await(machine + " is back")
                .atMost(Duration.ofSeconds(30))
                .until(() -> verdict(machine).equals("READY"));
    }

    private static String verdict(String machine) {
        return cluster().nodesOn(machine).getFirst().path("verdict").asString();
    }

    @Test
    @Order(6)
    void aModelThatFitsNoMachineAnswersFromBoth() throws IOException {
        Namespaces.Said made =
                cluster()
                        .caravan(
                                "left",
                                "left",
                                "fixture",
                                LARGE,
                                "--layers",
                                "12",
                                "--width",
                                "768");
        assertThat(made.exit()).describedAs(made.text()).isZero();
        Namespaces.Said plan = cluster().caravan("control", "control", "plan", LARGE);
        assertThat(plan.text()).contains("SPLIT");

        Answer answer =
                cluster()
                        .client()
                        .post("/api/generate", OllamaClient.generate(LARGE, "hello there", 40));

        assertThat(answer.status()).describedAs(answer.lines().toString()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(40);
        assertThat(answer.pieces()).hasSizeGreaterThan(10);
        String lender = lender();
        JsonNode member = members(lender).getFirst();
        Namespaces.Said listeners = machines().run(lender, Map.of(), 20, List.of("ss", "-ltnHp"));
        assertThat(listeners.text().lines())
                .filteredOn(line -> line.contains("pid=" + member.path("pid").asLong() + ","))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains(" 127.0.0.1:"));
        assertThat(openLink(lender, member.path("memberId").asString(), "")).contains(" 401 ");
        assertThat(openLink(lender, member.path("memberId").asString(), "0".repeat(64)))
                .contains(" 401 ");
    }

    @Test
    @Order(7)
    void aModelThatFitsAllMachinesTogetherNotIsRefusedWithTheShortfall() {
        ObjectNode body = OllamaClient.generate(LARGE, "too much", 4);
        ((ObjectNode) body.get("options")).put("num_ctx", 32_768);

        Answer answer = cluster().client().post("/api/generate", body);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error())
                .contains("32768 tokens of context")
                .containsPattern("\\(\\d+ bytes\\) are missing")
                .contains("num_ctx up to");
    }

    private static long tokensOfLarge() {
        return cluster()
                .client()
                .json("/api/distributed/requests")
                .path("requests")
                .valueStream()
                .mapToLong(request -> request.path("tokens").asLong())
                .sum();
    }

    /** The machine whose memory the head on the other one uses. */
    private static String lender() {
        return Stream.of("left", "right")
                .filter(machine -> !members(machine).isEmpty())
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("no RPC server: " + cluster().nodes()));
    }

    private static List<JsonNode> members(String machine) {
        return cluster().nodesOn(machine).stream()
                .flatMap(node -> node.path("report").path("members").valueStream())
                .filter(member -> member.path("pid").asLong() > 0)
                .toList();
    }

    /** The status line of the answer to a stranger who asks for the bytes of a member. */
    private static String openLink(String machine, String member, String token) throws IOException {
        URI agent =
                URI.create(
                        cluster()
                                .nodesOn(machine)
                                .getFirst()
                                .path("report")
                                .path("address")
                                .asString());
        try (Socket socket = new Socket(agent.getHost(), agent.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            """
                            GET /internal/v1/rpc-links/%s HTTP/1.1\r
                            Host: stranger\r
                            Connection: Upgrade\r
                            Upgrade: caravan-rpc\r
                            Authorization: Bearer %s\r
                            \r
                            """
                                    .formatted(member, token)
                                    .getBytes(US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                    .readLine();
        }
    }

    @Test
    @Order(8)
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
    @Order(9)
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
    @Order(10)
    void anInterfaceThatIsNotThereIsRefusedWithThoseThatAre() {
        Namespaces.Said said = cluster().joinAs("left", "astray", "--interface", "wlan7");

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.text())
                .contains("wlan7 (expected: an interface of this host: ")
                .contains(Namespaces.CARD + " " + machines().address("left"))
                .contains("eth0 " + WRONG);
    }

    @Test
    @Order(11)
    void aCutLinkIsReportedWithTheAddressAndAMendedOneHeals() {
        CompletableFuture<Answer> stream =
                cluster()
                        .client()
                        .postAsync(
                                "/api/generate", OllamaClient.generate(LARGE, "on and on", 4000));
        Awaitility.await("the split model is at work")
                .atMost(Duration.ofSeconds(60))
                .until(() -> stream.isDone() || tokensOfLarge() > 10);
        String lender = lender();
        machines().cut(lender);
        try {
            Answer broken = stream.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(broken.error()).describedAs("one error line at the end").isNotEmpty();
        } finally {
            machines().mend(lender);
        }
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
        awaitReady("left");
    }

    @Test
    @Order(12)
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

    @Test
    @Order(13)
    void hostsOfUnlikeEngineBuildsShareNoModel() throws IOException {
        Namespaces.Said join =
                cluster()
                        .joinWith(
                                Map.of("CARAVAN_ENGINE_DIR", anotherBuild().toString()),
                                "right",
                                "unlike");
        assertThat(join.exit()).describedAs(join.text()).isZero();
        Namespaces.Said made = cluster().caravan("left", "left", "fixture", "shared");
        assertThat(made.exit()).describedAs(made.text()).isZero();
        JsonNode left = cluster().nodesOn("left").getFirst().path("report");
        JsonNode right =
                cluster().nodesOn("right").stream()
                        .map(node -> node.path("report"))
                        .filter(
                                report ->
                                        report.path("engine")
                                                .path("build")
                                                .asString("")
                                                .equals("b" + OTHER_BUILD))
                        .findFirst()
                        .orElseThrow();

        Namespaces.Said plan =
                cluster()
                        .caravan(
                                "control",
                                "control",
                                "plan",
                                "shared",
                                "--force",
                                "%s=0-3,%s=4-7"
                                        .formatted(
                                                left.path("agentId").asString(),
                                                right.path("agentId").asString()));

        assertThat(plan.exit()).describedAs(plan.text()).isEqualTo(1);
        assertThat(plan.text())
                .contains(
                        "llama.cpp b" + OTHER_BUILD,
                        "llama.cpp " + left.path("engine").path("build").asString());

        ObjectNode body = OllamaClient.generate("shared", "x", 4);
        ((ObjectNode) body.get("options")).put("distributed", true);

        Answer answer = cluster().client().post("/api/generate", body);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error()).contains("b" + OTHER_BUILD);
        assertThat(
                        cluster().nodesOn("right").stream()
                                .map(node -> node.path("report"))
                                .filter(
                                        report ->
                                                report.path("agentId")
                                                        .equals(right.path("agentId")))
                                .flatMap(report -> report.path("members").valueStream()))
                .isEmpty();
    }

    /** The real engine; all that is changed is the build that it says it is of. */
    private static Path anotherBuild() throws IOException {
        Path real = LocalCluster.engineFolder();
        Path other = Files.createDirectories(folder.resolve("another-build"));
        for (String program : List.of("llama-server", "rpc-server", "llama-quantize")) {
            Path script = other.resolve(program);
            Files.writeString(
                    script,
                    """
                    #!/bin/sh
                    case " $* " in
                      *" --version "*) '%1$s' "$@" 2>&1 | sed 's/build [0-9]*/build %2$d/' ;;
                      *) exec '%1$s' "$@" ;;
                    esac
                    """
                            .formatted(real.resolve(program), OTHER_BUILD));
            assertThat(script.toFile().setExecutable(true)).isTrue();
        }
        return other;
    }

    private static Namespaces machines() {
        return Objects.requireNonNull(machines);
    }

    private static JoinedCluster cluster() {
        return Objects.requireNonNull(cluster);
    }
}
