package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.testkit.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Models out of a registry, through the gateway, by an unmodified client. */
@WithFaults
class PullIT {

    private static final long SLOW = 8_000_000;
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir private Path folder;
    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = TestRegistry.start();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aModelThatWasPulledAnswersAndIsByteForByteWhatTheRegistryHas(LocalCluster cluster) {
        byte[] gguf = gguf(2, 256, cluster.random(1, 1_000_000));
        String weights = registry.model("library/pulled:latest", gguf, Map.of());
        String name = name("pulled");

        Answer pull = pull(cluster, name);

        assertThat(pull.status()).isEqualTo(200);
        assertThat(pull.last().path("status").asString()).isEqualTo("success");
        assertThat(pull.lines().getFirst().json().path("status").asString())
                .isEqualTo("pulling manifest");
        assertThat(blobs(cluster, weights)).hasSize(1).allSatisfy(file -> has(file, gguf));
        assertThat(cluster.named(cluster.client().json("/api/tags"), name)).isNotEmpty();
        Answer answer =
                cluster.client().post("/api/generate", OllamaClient.generate(name, "hello", 8));
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(8);
    }

    @Test
    void aModelIsMadeFromOneThatOnlyTheRegistryHas(LocalCluster cluster) {
        String weights =
                registry.model(
                        "library/base:latest",
                        gguf(2, 256, cluster.random(1, 1_000_000)),
                        Map.of("license", "MIT"));
        String name = "made" + cluster.random(1, 1_000_000);
        ObjectNode wish = OllamaClient.JSON.createObjectNode();
        wish.put("model", name).put("from", name("base")).put("system", "Be kind.");
        wish.putObject("caravan").put("insecure", true);

        Answer made = cluster.client().post("/api/create", wish);

        assertThat(made.lines())
                .extracting(line -> line.json().path("status").asString())
                .startsWith("pulling manifest")
                .contains("using existing layer " + weights)
                .endsWith("writing manifest", "success")
                .containsOnlyOnce("success");
        assertThat(blobs(cluster, weights)).hasSize(1);
        JsonNode shown = cluster.client().post("/api/show", body(name)).last();
        assertThat(shown.path("system").asString()).isEqualTo("Be kind.");
        assertThat(shown.path("license").asString()).isEqualTo("MIT");
        assertThat(shown.path("details").path("parent_model").asString()).isEqualTo(name("base"));
    }

    @Test
    void aModelThatNoRegistryHasIsToldInOllamasWords(LocalCluster cluster) {
        ObjectNode body = body(name("who"));

        Answer stream = cluster.client().post("/api/pull", body);
        Answer whole = cluster.client().post("/api/pull", body.put("stream", false));

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.error()).isEqualTo("pull model manifest: file does not exist");
        assertThat(whole.status()).isEqualTo(500);
        assertThat(whole.error()).isEqualTo("pull model manifest: file does not exist");
    }

    @Test
    void aCopyAnswersAndADeletedModelIsGoneFromAllDisks(LocalCluster cluster) {
        byte[] gguf = gguf(2, 256, cluster.random(1, 1_000_000));
        String weights = registry.model("library/gone:latest", gguf, Map.of());
        String name = name("gone");
        pull(cluster, name);
        String copy = "copy" + cluster.random(1, 1_000_000) + ":latest";

        assertThat(raw(cluster, "POST", "/api/copy", copyBody(name, copy))).isEqualTo(200);
        assertThat(raw(cluster, "DELETE", "/api/delete", body(name))).isEqualTo(200);

        assertThat(blobs(cluster, weights)).hasSize(1);
        assertThat(cluster.client().json("/api/tags").toString())
                .contains(copy)
                .doesNotContain(name);
        Answer answer =
                cluster.client().post("/api/generate", OllamaClient.generate(copy, "hello", 8));
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);

        assertThat(raw(cluster, "DELETE", "/api/delete", body(copy))).isEqualTo(200);
        assertThat(blobs(cluster, weights)).isEmpty();
        assertThat(raw(cluster, "DELETE", "/api/delete", body(copy))).isEqualTo(404);
    }

    @Test
    void aNameMeansOneModelAfterAPullAndAfterACopy(LocalCluster cluster) {
        LocalCluster.Process one = cluster.agents().getFirst();
        LocalCluster.Process other = cluster.agents().getLast();
        String name = twoModels(cluster, one, other);

        Answer pull = pull(cluster, name);

        assertThat(pull.last().path("status").asString()).isEqualTo("success");
        assertThat(cluster.copies(name)).hasSize(1);

        String source = name("source");
        registry.model("library/source:latest", gguf(3, 256, 3), Map.of());
        cluster.pullInto(cluster.agentHolding(name).equals(one) ? other : one, source);

        assertThat(raw(cluster, "POST", "/api/copy", copyBody(source, name))).isEqualTo(200);

        assertThat(digests(cluster, name)).hasSize(1).isEqualTo(digests(cluster, source));
        for (String model : List.of(name, source)) {
            assertThat(raw(cluster, "DELETE", "/api/delete", body(model))).isEqualTo(200);
        }
    }

    /** One name for one model at one agent, and for another one at another agent. */
    private String twoModels(
            LocalCluster cluster, LocalCluster.Process one, LocalCluster.Process other) {
        String name = name("twice");
        registry.model("library/twice:latest", gguf(1, 256, 1), Map.of());
        cluster.pullInto(one, name);
        registry.model("library/twice:latest", gguf(2, 256, 2), Map.of());
        cluster.pullInto(other, name);
        Awaitility.await("both are known")
                .atMost(SOON)
                .until(
                        () ->
                                cluster.client()
                                        .json("/api/tags")
                                        .toString()
                                        .contains("other digests"));
        assertThat(digests(cluster, name)).hasSize(2);
        return name;
    }

    private static Set<String> digests(LocalCluster cluster, String model) {
        return cluster.copies(model).stream()
                .map(held -> held.path("digest").asString())
                .collect(Collectors.toSet());
    }

    @Test
    void aKilledAgentGoesOnFromWhereItWas(LocalCluster cluster) {
        killInPulls(cluster, 2);
    }

    @Test
    @Tag("chaos")
    void anAgentKilledAtTwentyMomentsGoesOnFromWhereItWas(LocalCluster cluster) {
        killInPulls(cluster, 20);
    }

    private void killInPulls(LocalCluster cluster, int kills) {
        byte[] gguf = gguf(4, 768, cluster.random(1, 1_000_000));
        String weights = registry.model("library/killed:latest", gguf, Map.of());
        String name = name("killed");
        registry.slow(SLOW);

        for (int kill = 0; kill < kills; kill++) {
            // The file outlives a whole pull, so that the kills go on with a new one.
            long had = completed(cluster, weights);
            CompletableFuture<Answer> pull = cluster.client().postAsync("/api/pull", body(name));
            long until = had + cluster.random(1, 4_000_000);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> completed(cluster, weights) > until || pull.isDone());
            assertThat(completed(cluster, weights)).isGreaterThanOrEqualTo(had);
            if (pull.isDone()) {
                raw(cluster, "DELETE", "/api/delete", body(name));
                continue;
            }
            LocalCluster.Process agent = puller(cluster, weights);
            LocalCluster.kill(agent.pid());
            cluster.awaitGone(agent.pid());
            pull.join();
            assertThat(cluster.up().exit()).isZero();
            awaitNodes(cluster);
            assertNoBlobIsCorrupt(cluster);
        }
        registry.slow(Long.MAX_VALUE);

        Answer last = pull(cluster, name);

        assertThat(last.error()).isEmpty();
        assertThat(firstCompleted(last, weights)).isPositive();
        assertThat(blobs(cluster, weights)).hasSize(1).allSatisfy(file -> has(file, gguf));
        assertNoBlobIsCorrupt(cluster);
        assertThat(cluster.partialBlobs()).isEmpty();
    }

    private static long firstCompleted(Answer pull, String digest) {
        return pull.lines().stream()
                .map(Answer.Line::json)
                .filter(line -> line.path("digest").asString("").equals(digest))
                .findFirst()
                .map(line -> line.path("completed").asLong(0))
                .orElse(0L);
    }

    /** The bytes that some agent's record says are there. */
    private static long completed(LocalCluster cluster, String digest) {
        return records(cluster, digest)
                .mapToLong(
                        file -> OllamaClient.JSON.readTree(bytes(file)).path("Completed").asLong())
                .sum();
    }

    private static LocalCluster.Process puller(LocalCluster cluster, String digest) {
        String agent =
                cluster.home()
                        .relativize(records(cluster, digest).findFirst().orElseThrow())
                        .toString();
        return cluster.processes().stream()
                .filter(process -> process.name().startsWith("agent"))
                .filter(process -> agent.contains(process.name() + "/"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no agent for " + agent));
    }

    private static Stream<Path> records(LocalCluster cluster, String digest) {
        return files(cluster)
                .filter(
                        file ->
                                file.getFileName()
                                        .toString()
                                        .startsWith(digest.replace(':', '-') + "-partial-"));
    }

    private static List<Path> blobs(LocalCluster cluster, String digest) {
        return files(cluster)
                .filter(file -> file.getFileName().toString().equals(digest.replace(':', '-')))
                .toList();
    }

    private static void assertNoBlobIsCorrupt(LocalCluster cluster) {
        assertThat(files(cluster))
                .filteredOn(file -> file.getFileName().toString().matches("sha256-[0-9a-f]{64}"))
                .allSatisfy(
                        file ->
                                assertThat(LocalCluster.sha256(bytes(file)))
                                        .isEqualTo(file.getFileName().toString().substring(7)));
    }

    private static Stream<Path> files(LocalCluster cluster) {
        try (Stream<Path> files = Files.walk(cluster.home())) {
            return files
                    .filter(
                            file ->
                                    file.getParent() instanceof Path parent
                                            && parent.endsWith("blobs"))
                    .toList()
                    .stream();
        } catch (IOException | java.io.UncheckedIOException changing) {
            return Stream.empty();
        }
    }

    private static void awaitNodes(LocalCluster cluster) {
        Awaitility.await("all agents are known again")
                .atMost(SOON)
                .ignoreExceptions()
                .until(
                        () ->
                                cluster.client()
                                        .json("/api/distributed/nodes")
                                        .path("nodes")
                                        .valueStream()
                                        .allMatch(
                                                node ->
                                                        node.path("verdict")
                                                                .asString()
                                                                .equals("READY")));
    }

    private static void has(Path file, byte[] content) {
        assertThat(bytes(file)).isEqualTo(content);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private byte[] gguf(int layers, int width, long seed) {
        try {
            Path file = folder.resolve("model.gguf");
            new FixtureWriter()
                    .write(
                            RandomModel.named("pulled")
                                    .withLayers(layers)
                                    .withWidth(width)
                                    .withSeed(seed),
                            file);
            return Files.readAllBytes(file);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private String name(String model) {
        return registry.host() + "/library/" + model + ":latest";
    }

    private static Answer pull(LocalCluster cluster, String name) {
        return cluster.client().post("/api/pull", body(name));
    }

    private static int raw(LocalCluster cluster, String method, String path, JsonNode body) {
        return cluster.client().raw(method, path, body.toString()).statusCode();
    }

    private static ObjectNode copyBody(String source, String destination) {
        return OllamaClient.JSON
                .createObjectNode()
                .put("source", source)
                .put("destination", destination);
    }

    private static ObjectNode body(String name) {
        return OllamaClient.JSON.createObjectNode().put("model", name).put("insecure", true);
    }
}
