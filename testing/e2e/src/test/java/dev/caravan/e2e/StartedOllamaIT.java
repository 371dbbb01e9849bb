package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An agent that starts a real Ollama, the one of {@code -Dollama.binary}, and its ends. */
@Tag("ollama")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StartedOllamaIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LATER = Duration.ofMinutes(2);
    private static final String MODEL = "theirs:latest";
    private static final int PREDICT = 40;

    @TempDir private static Path folder;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster =
                LocalCluster.start(
                        folder.resolve("home"),
                        1,
                        Map.of(
                                "CARAVAN_WORKER_OLLAMA_COMMAND",
                                OllamaBinary.path().toString(),
                                "CARAVAN_WORKER_OLLAMA_MODELS",
                                folder.resolve("models").toString(),
                                "HOME",
                                Files.createDirectories(folder.resolve("user")).toString(),
                                "LLAMA_ARG_THREADS",
                                "1"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static JsonNode told() {
        return cluster.report(cluster.process("agent-1")).path("adopted").path(0);
    }

    private static OllamaClient direct() {
        return new OllamaClient(URI.create(told().path("url").asString()));
    }

    private static Answer ask() {
        return cluster.client().post("/api/generate", OllamaClient.generate(MODEL, "x", PREDICT));
    }

    private static void awaitAnswer() {
        Awaitility.await("it answers")
                .atMost(LATER)
                .ignoreExceptions()
                .until(() -> ask().status() == 200);
    }

    /** The {@code ollama serve} of the agent. */
    private static ProcessHandle serve() {
        return ProcessHandle.of(cluster.process("agent-1").pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(process -> process.info().command().orElse("").endsWith("ollama"))
                .findFirst()
                .orElseThrow();
    }

    private static List<ProcessHandle> withEngines(ProcessHandle serve) {
        List<ProcessHandle> engines = serve.descendants().toList();
        assertThat(engines).isNotEmpty();
        return Stream.concat(Stream.of(serve), engines.stream()).toList();
    }

    private static void awaitGone(List<ProcessHandle> processes) {
        processes.forEach(process -> cluster.awaitGone(process.pid()));
    }

    @Test
    @Order(1)
    void offersWhatItHasAndStreamsIt() {
        assertThat(told().path("fault").isMissingNode()).as(told().toString()).isTrue();
        assertThat(told().path("here").asBoolean()).isTrue();
        LocalCluster.Said made =
                LocalCluster.caravan(
                        folder.resolve("fixture"),
                        "fixture",
                        MODEL,
                        "--seed",
                        "11",
                        "--endpoint",
                        direct().base().toString());
        assertThat(made.exit()).as(made.text()).isZero();
        Awaitility.await("it is listed")
                .atMost(SOON)
                .until(() -> cluster.client().json("/api/tags").toString().contains(MODEL));

        Answer here = ask();

        ObjectNode question = OllamaClient.generate(MODEL, "x", PREDICT);
        assertThat(here.text())
                .isEqualTo(direct().post("/api/generate", question).text())
                .isNotEmpty();
        assertThat(here.pieces()).hasSizeGreaterThan(10);
        assertThat(
                        cluster.report(cluster.process("agent-1"))
                                .path("models")
                                .valueStream()
                                .filter(model -> model.path("name").asString().equals(MODEL))
                                .map(model -> model.path("engine").asString("")))
                .containsExactly("ollama");
    }

    @Test
    @Order(2)
    void isStartedAgainWhenItIsKilledAndLeavesNoEngine() throws Exception {
        String before = ask().text();
        String url = told().path("url").asString();
        List<ProcessHandle> processes = withEngines(serve());

        LocalCluster.kill(processes.getFirst().pid());

        awaitGone(processes);
        awaitAnswer();
        assertThat(ask().text()).isEqualTo(before);
        assertThat(told().path("url").asString()).isNotEqualTo(url);
        assertThat(Files.readString(cluster.home().resolve("logs/agent-1.log")))
                .contains("ollama ended", "exit code 137");
    }

    @Test
    @Order(3)
    void diesWithItsAgentAndComesBackWithIt() {
        List<ProcessHandle> processes = withEngines(serve());

        LocalCluster.kill(cluster.process("agent-1").pid());

        awaitGone(processes);
        LocalCluster.Said up = cluster.up();
        assertThat(up.exit()).as(up.text()).isZero();
        awaitAnswer();
    }

    @Test
    @Order(4)
    void endsWithTheCluster() {
        List<ProcessHandle> processes = withEngines(serve());

        LocalCluster.Said down = cluster.caravan("down");

        assertThat(down.exit()).as(down.text()).isZero();
        assertThat(down.text()).doesNotContainIgnoringCase("left");
        awaitGone(processes);
        LocalCluster.assertNothingRuns(cluster.home());
    }
}
