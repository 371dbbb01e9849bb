package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Four slots, many clients: filled, never overrun, in order. */
@AloneOnSharedCluster
class SlotsIT {

    private static final int SLOTS = 4;
    private static final int CLIENTS = 30;

    /** Looking takes the engine's time too. */
    private static final Duration LOOK = Duration.ofMillis(10);

    @Test
    void thirtyClientsAreAnsweredInOrderOfArrivalFourAtATime(LocalCluster cluster)
            throws Exception {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);
        AtomicLong most = new AtomicLong();
        AtomicLong mostWaiting = new AtomicLong();
        AtomicBoolean sampling = new AtomicBoolean(true);
        CompletableFuture<Void> sampler =
                CompletableFuture.runAsync(
                        () -> {
                            while (sampling.get()) {
                                most.accumulateAndGet(engine.busySlots(), Math::max);
                                mostWaiting.accumulateAndGet(
                                        cluster.waitingInEngine(engine), Math::max);
                                LockSupport.parkNanos(LOOK.toNanos());
                            }
                        });

        List<String> arrived = new ArrayList<>();
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int n = 0; n < CLIENTS; n++) {
            String id = "client-" + n;
            CompletableFuture<Answer> answer =
                    cluster.client()
                            .postAsync(
                                    "/api/generate",
                                    OllamaClient.generate(model, cluster.randomText(), 100),
                                    id);
            answers.add(answer);
            arrived.add(id);
            Awaitility.await(id + " has arrived")
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> answer.isDone() || ids(line(cluster)).contains(id));
        }
        int snapshotsWithALine = 0;
        while (answers.stream().anyMatch(answer -> !answer.isDone())) {
            LockSupport.parkNanos(LOOK.toNanos());
            List<JsonNode> line = line(cluster);
            List<String> ids = ids(line);
            List<String> inOrder = arrived.stream().filter(ids::contains).toList();
            assertThat(ids).describedAs("listed in order of arrival").isEqualTo(inOrder);
            List<Boolean> waits =
                    line.stream().map(request -> !request.hasNonNull("node")).toList();
            int first = waits.indexOf(true);
            if (first > 0) {
                snapshotsWithALine++;
                assertThat(waits.subList(first, waits.size()))
                        .describedAs("nobody has a slot before %s: %s", ids.get(first), line)
                        .containsOnly(true);
            }
        }
        assertThat(snapshotsWithALine).describedAs("looks at a line").isPositive();
        List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
        sampling.set(false);
        sampler.join();

        assertThat(all).extracting(Answer::status).containsOnly(200);
        assertThat(most.get()).isEqualTo(SLOTS);
        assertThat(mostWaiting.get()).isZero();
    }

    private static List<JsonNode> line(LocalCluster cluster) {
        return cluster.client()
                .json("/api/distributed/requests")
                .path("requests")
                .valueStream()
                .toList();
    }

    private static List<String> ids(List<JsonNode> line) {
        return line.stream().map(request -> request.path("id").asString()).toList();
    }

    @Test
    void aFullLineAnswersAsOllamaDoes(LocalCluster cluster) {
        String model = cluster.fixture("F16", 1);
        cluster.load(model);
        int room = SLOTS + LocalCluster.MAX_QUEUED;

        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int n = 0; n < room + 10; n++) {
            answers.add(
                    cluster.client()
                            .postAsync(
                                    "/api/generate",
                                    OllamaClient.generate(model, cluster.randomText(), 100)));
        }
        List<Answer> all = answers.stream().map(CompletableFuture::join).toList();

        List<Answer> refused = all.stream().filter(answer -> answer.status() != 200).toList();
        assertThat(refused).isNotEmpty().hasSizeLessThanOrEqualTo(10);
        assertThat(refused)
                .allSatisfy(
                        answer -> {
                            assertThat(answer.status()).isEqualTo(503);
                            assertThat(answer.error())
                                    .isEqualTo(
                                            "server busy, please try again.  maximum pending requests exceeded");
                        });
        Awaitility.await("the line is empty")
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                cluster.client()
                                        .json("/api/distributed/requests")
                                        .path("requests")
                                        .isEmpty());
    }
}
