package dev.caravan.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One model that both joined machines have, streamed while something happens to a link. */
final class LinkFaults {

    /** Tokens of each answer. */
    static final int PREDICT = 300;

    /** Lines the client has when a link is cut; at least 60 tokens must follow, see issue 6. */
    static final int CUT = 30;

    /** With more than there are idle cores an engine crawls, and tests share them. */
    private static final int THREADS = 1;

    private static final String MODEL = "steady";
    private static final String PROMPT = "a long way over thin ice";

    private static @Nullable LinkFaults made;

    private final JoinedCluster cluster;
    private final String oracle;

    private LinkFaults(JoinedCluster cluster, String oracle) {
        this.cluster = cluster;
        this.oracle = oracle;
    }

    /** The first time the model is made and the oracle asked. */
    static LinkFaults on(JoinedCluster cluster, Path folder) throws IOException {
        LinkFaults known = made;
        if (known == null || known.cluster != cluster) {
            known = make(cluster, folder);
            made = known;
        }
        return known;
    }

    private static LinkFaults make(JoinedCluster cluster, Path folder) throws IOException {
        fixture(cluster, List.of());
        cluster.spread(MODEL);
        cluster.client()
                .raw(
                        "PUT",
                        "/api/distributed/models/" + MODEL + "/policy",
                        "{\"continuation\":\"exact\"}");
        Path file = folder.resolve(MODEL + ".gguf");
        fixture(cluster, List.of("--output", file.toString()));
        try (DirectEngine engine =
                new DirectEngine(
                        LocalCluster.engineFolder().resolve("llama-server"),
                        file,
                        THREADS,
                        DirectEngine.EXACT,
                        folder.resolve("oracle.log"))) {
            return new LinkFaults(cluster, engine.complete(PROMPT, PREDICT).text());
        }
    }

    private static void fixture(JoinedCluster cluster, List<String> more) {
        Namespaces.Said made =
                cluster.caravan(
                        "left",
                        "left",
                        Stream.concat(Stream.of("fixture", MODEL, "--width", "512"), more.stream())
                                .toArray(String[]::new));
        if (made.exit() != 0) {
            throw new IllegalStateException(made.text());
        }
    }

    /** What an engine says that nothing happens to. */
    String oracle() {
        return oracle;
    }

    Answer ask(Consumer<JsonNode> onLine) {
        ObjectNode body = OllamaClient.generate(MODEL, PROMPT, PREDICT).put("raw", true);
        ((ObjectNode) body.get("options")).put("num_ctx", 2048).put("num_thread", THREADS);
        return cluster.client().postAsync("/api/generate", body, onLine).join();
    }

    /** Other tests need the memory. */
    void unload() {
        cluster.client()
                .post(
                        "/api/generate",
                        OllamaClient.JSON
                                .createObjectNode()
                                .put("model", MODEL)
                                .put("keep_alive", 0));
        Awaitility.await(MODEL + " is unloaded")
                .atMost(Duration.ofSeconds(15))
                .until(
                        () ->
                                Stream.of("left", "right")
                                        .flatMap(this::replicas)
                                        .allMatch(replica -> replica.path("pid").asLong() == 0));
    }

    /** The machine that has the model loaded, as soon as the control plane has heard of it. */
    String holder() {
        return Awaitility.await(MODEL + " is loaded on a machine")
                .atMost(Duration.ofSeconds(15))
                .until(
                        () ->
                                Stream.of("left", "right")
                                        .filter(machine -> !replicaOn(machine).isEmpty())
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** The id of the model's replica on that machine; empty where there is none. */
    String replicaOn(String machine) {
        return replicas(machine)
                .filter(replica -> replica.path("state").asString().equals("READY"))
                .map(replica -> replica.path("replicaId").asString())
                .findFirst()
                .orElse("");
    }

    private Stream<JsonNode> replicas(String machine) {
        return cluster.nodesOn(machine).stream()
                .flatMap(node -> node.path("report").path("replicas").valueStream())
                .filter(replica -> replica.path("model").asString().startsWith(MODEL + ":"));
    }

    /** From the first line to the last. */
    static Duration duration(Answer answer) {
        return Duration.between(answer.firstAt(), answer.lines().getLast().at());
    }

    static Duration longestGap(Answer answer) {
        Duration longest = Duration.ZERO;
        Instant before = answer.firstAt();
        for (Answer.Line line : answer.lines()) {
            Duration gap = Duration.between(before, line.at());
            longest = gap.compareTo(longest) > 0 ? gap : longest;
            before = line.at();
        }
        return longest;
    }
}
