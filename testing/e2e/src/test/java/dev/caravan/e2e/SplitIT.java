package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Models whose layers are spread over several agents. */
@OnSharedCluster
@Order(3)
class SplitIT {

    private static final int LAYERS = 8;
    private static final int PROMPTS = 20;
    private static final int PREDICT = 128;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Pattern ASSIGNED =
            Pattern.compile("layer +(\\d+) assigned to device (\\w+)");

    @TempDir private Path folder;

    /**
     * Each layout is the number of layers of each agent; the agent that holds the file has the
     * number with the star.
     */
    @ParameterizedTest
    @CsvSource({
        "F16, 101, 4* 4 | 3 5* | 2* 1 5",
        "F16, 102, 4* 4",
        "F16, 103, 4* 4",
        "Q4_K_M, 101, 4* 4 | 3 5* | 2* 1 5",
        "Q4_K_M, 102, 4* 4",
        "Q4_K_M, 103, 4* 4",
    })
    void theTextIsThatOfOneHost(String type, long seed, String layouts, LocalCluster cluster)
            throws Exception {
        String model = cluster.fixture(type, seed);
        List<String> prompts =
                IntStream.range(0, PROMPTS).mapToObj(n -> cluster.randomText()).toList();
        CompletableFuture<List<String>> expected =
                oracle(cluster, model, prompts, DirectEngine.EXACT);
        List<ObjectNode> bodies =
                prompts.stream()
                        .map(
                                prompt ->
                                        OllamaClient.generate(model, prompt, PREDICT)
                                                .put("raw", true))
                        .toList();
        try {
            for (String layout : layouts.split(" \\| ")) {
                force(cluster, model, layout);
                cluster.load(model);

                List<Answer> answers = cluster.client().atOnce(4, "/api/generate", bodies);

                assertThat(answers)
                        .extracting(Answer::text)
                        .describedAs(layout)
                        .isEqualTo(expected.join());
                assertThat(placement(cluster, model))
                        .describedAs("stages of the engine's log with layout " + layout)
                        .isEqualTo(stages(layout));
            }
        } finally {
            cluster.unload(model);
        }
        awaitNothingLent(cluster, model);
    }

    /** What one engine on one host says, one request at a time; made beside the cluster's work. */
    private CompletableFuture<List<String>> oracle(
            LocalCluster cluster, String model, List<String> prompts, List<String> switches) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Path log = folder.resolve("oracle-" + switches.size() + ".log");
                    try (DirectEngine engine = cluster.oracle(model, switches, log)) {
                        return prompts.stream()
                                .map(prompt -> engine.complete(prompt, PREDICT).text())
                                .toList();
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
    }

    /** What the price of {@code exact} buys: without it most texts are the same, not all. */
    @Test
    void theShareOfEqualTextsWithoutTheSwitchesIsTold(LocalCluster cluster) throws Exception {
        String model = cluster.fixture("Q4_K_M", 105);
        List<String> prompts = Stream.generate(cluster::randomText).limit(PROMPTS).toList();
        CompletableFuture<List<String>> oracle = oracle(cluster, model, prompts, List.of());
        force(cluster, model, "4* 4", "fluent");

        List<Answer> answers =
                cluster.client()
                        .atOnce(
                                4,
                                "/api/generate",
                                prompts.stream()
                                        .map(
                                                prompt ->
                                                        OllamaClient.generate(
                                                                        model, prompt, PREDICT)
                                                                .put("raw", true))
                                        .toList());

        List<String> expected = oracle.join();
        long same =
                IntStream.range(0, PROMPTS)
                        .filter(n -> answers.get(n).text().equals(expected.get(n)))
                        .count();
        System.out.printf("fluent, split over two: %d of %d texts are the same%n", same, PROMPTS);
        assertThat(answers)
                .allSatisfy(
                        answer ->
                                assertThat(answer.last().path("eval_count").asInt())
                                        .isEqualTo(PREDICT));
        cluster.unload(model);
        awaitNothingLent(cluster, model);
    }

    @Test
    void aStoppedMemberStopsTheTokens(LocalCluster cluster) {
        String model = cluster.randomModel();
        force(cluster, model, "4* 4");
        cluster.load(model);
        long member = member(cluster, model).path("pid").asLong();
        AtomicInteger pieces = new AtomicInteger();
        CompletableFuture<Answer> answer =
                cluster.client()
                        .postAsync(
                                "/api/generate",
                                OllamaClient.generate(model, "on and on", 2000),
                                line -> pieces.incrementAndGet());
        Awaitility.await("the stream runs").atMost(SOON).until(() -> pieces.get() > 20);

        LocalCluster.signal("STOP", member);
        try {
            Awaitility.await("no token comes any more")
                    .atMost(SOON)
                    .until(
                            () -> {
                                int before = pieces.get();
                                Thread.sleep(700);
                                return pieces.get() == before;
                            });
            assertThat(answer).isNotDone();
        } finally {
            LocalCluster.signal("CONT", member);
        }

        assertThat(answer.join().last().path("eval_count").asInt()).isEqualTo(2000);
        cluster.unload(model);
        Awaitility.await("the RPC server ends with its group")
                .atMost(SOON)
                .until(() -> ProcessHandle.of(member).isEmpty());
    }

    @Test
    void aDeadMemberTakesItsGroupDownAndTheNextRequestGetsANewOne(LocalCluster cluster) {
        String model = cluster.randomModel();
        force(cluster, model, "4* 4");
        cluster.load(model);
        JsonNode member = member(cluster, model);
        long head = cluster.engine(model).pid();

        Instant killed = Instant.now();
        LocalCluster.kill(member.path("pid").asLong());
        Awaitility.await("the head has ended")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> ProcessHandle.of(head).isEmpty());
        System.out.println(
                "head gone "
                        + Duration.between(killed, Instant.now()).toMillis()
                        + " ms after its member's death");
        Answer again =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "again", 8));

        assertThat(again.status()).describedAs(again.error()).isEqualTo(200);
        assertThat(again.last().path("eval_count").asInt()).isEqualTo(8);
        assertThat(member(cluster, model).path("memberId").asString())
                .isNotEqualTo(member.path("memberId").asString());
        cluster.unload(model);
        awaitNothingLent(cluster, model);
    }

    @Test
    void theWishToSplitIsHeardAndSeenByUsers(LocalCluster cluster) {
        String model = cluster.randomModel();
        ObjectNode body = OllamaClient.generate(model, "spread out", 8);
        ((ObjectNode) body.get("options")).put("distributed", true);

        Answer answer = cluster.client().post("/api/generate", body);

        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        assertThat(cluster.lastReplica(model).path("stages")).hasSize(2);
        Awaitility.await("/api/ps counts head and member")
                .atMost(SOON)
                .untilAsserted(
                        () -> {
                            long head = cluster.lastReplica(model).path("memory").asLong();
                            long lent = member(cluster, model).path("memory").asLong();
                            assertThat(lent).isPositive();
                            assertThat(
                                            cluster.named(cluster.client().json("/api/ps"), model)
                                                    .path("size")
                                                    .asLong())
                                    .isEqualTo(head + lent);
                        });
        assertThat(cluster.caravan("plan", model).text()).contains(model);
        cluster.unload(model);
        awaitNothingLent(cluster, model);
    }

    @Test
    void eachProcessHoldsItsShareOfALargeModel(LocalCluster cluster) throws IOException {
        String model = cluster.largeFixture();
        long file = Files.size(cluster.modelFile(model));
        assertThat(file).isGreaterThan(400L << 20);
        force(cluster, model, "6* 6");
        ObjectNode body = OllamaClient.generate(model, "load", 1);
        ((ObjectNode) body.get("options")).put("num_ctx", 512);
        Answer answer = cluster.client().post("/api/generate", body);
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);

        Buffers weights = buffers(cluster, model, "model");
        Buffers all = buffers(cluster, model, "\\w+");
        long head = LocalCluster.resident(cluster.engine(model).pid());
        long member = LocalCluster.resident(member(cluster, model).path("pid").asLong());
        System.out.printf(
                "file %d MiB; head %d MiB of memory, member %d MiB; by the engine %s%n",
                file >> 20, head >> 20, member >> 20, all);

        assertThat(weights.head() + weights.member()).isCloseTo(file, withinPercentage(10));
        assertThat(head).isBetween(weights.head() * 9 / 10, most(all.head()));
        assertThat(member).isBetween(weights.member() * 9 / 10, most(all.member()));
        assertThat(weights.head()).isLessThan(file * 6 / 10);
        assertThat(weights.member()).isLessThan(file * 6 / 10);
        cluster.unload(model);
        awaitNothingLent(cluster, model);
    }

    /** What a process may take: its buffers, 15 % more, and 40 MB for itself. */
    private static long most(long buffers) {
        return buffers * 115 / 100 + (40L << 20);
    }

    /** Bytes by the engine's own log: in the head's process, and in its member's. */
    private record Buffers(long head, long member) {}

    private static Buffers buffers(LocalCluster cluster, String model, String kind)
            throws IOException {
        Pattern size = Pattern.compile("(CPU|RPC)\\S* +" + kind + " buffer size = +([\\d.]+) MiB");
        long head = 0;
        long member = 0;
        for (String line : Files.readAllLines(log(cluster, model))) {
            Matcher matcher = size.matcher(line);
            if (matcher.find()) {
                long bytes = (long) (Double.parseDouble(matcher.group(2)) * (1 << 20));
                head += matcher.group(1).equals("CPU") ? bytes : 0;
                member += matcher.group(1).equals("RPC") ? bytes : 0;
            }
        }
        return new Buffers(head, member);
    }

    private static Path log(LocalCluster cluster, String model) throws IOException {
        return cluster.engineLog(cluster.lastReplica(model).path("replicaId").asString());
    }

    /** Forces a layout; the next load follows it. */
    private static void force(LocalCluster cluster, String model, String layout) {
        force(cluster, model, layout, "exact");
    }

    private static void force(
            LocalCluster cluster, String model, String layout, String continuation) {
        String holder = cluster.report(cluster.agentHolding(model)).path("agentId").asString();
        List<String> others =
                cluster.agentIds().stream().filter(agent -> !agent.equals(holder)).toList();
        ObjectNode policy = OllamaClient.JSON.createObjectNode().put("continuation", continuation);
        ArrayNode ranges = policy.putArray("ranges");
        int first = 0;
        int other = 0;
        for (String count : layout.split(" ")) {
            boolean head = count.endsWith("*");
            int layers = Integer.parseInt(count.replace("*", ""));
            ranges.addObject()
                    .put("host", head ? holder : others.get(other++))
                    .put("first", first)
                    .put("last", first + layers - 1);
            first += layers;
        }
        cluster.putPolicy(model, policy);
        cluster.unload(model);
    }

    /** Layers of each device, in the order of layers, from the log of the head's own process. */
    private static List<Integer> placement(LocalCluster cluster, String model) throws IOException {
        Map<Integer, String> devices = new TreeMap<>();
        for (String line : Files.readAllLines(log(cluster, model))) {
            Matcher matcher = ASSIGNED.matcher(line);
            if (matcher.find()) {
                devices.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
            }
        }
        assertThat(devices).hasSize(LAYERS + 1);
        List<Integer> counts = new ArrayList<>();
        String last = "";
        for (String device : devices.values()) {
            if (!device.equals(last)) {
                counts.add(0);
                last = device;
            }
            counts.set(counts.size() - 1, counts.getLast() + 1);
        }
        return counts;
    }

    /** The layout with the output layer, which goes with the last range. */
    private static List<Integer> stages(String layout) {
        List<Integer> counts = new ArrayList<>();
        for (String count : layout.replace("*", "").split(" ")) {
            counts.add(Integer.parseInt(count));
        }
        counts.set(counts.size() - 1, counts.getLast() + 1);
        return counts;
    }

    private static JsonNode member(LocalCluster cluster, String model) {
        return cluster.members(model).getFirst();
    }

    private static void awaitNothingLent(LocalCluster cluster, String model) {
        Awaitility.await("no RPC server stays reserved")
                .atMost(SOON)
                .until(() -> cluster.members(model).isEmpty());
    }
}
