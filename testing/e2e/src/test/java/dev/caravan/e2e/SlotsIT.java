package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Four slots, many clients: filled, never overrun, in order. */
@ExtendWith(SharedCluster.class)
class SlotsIT {

    private static final int SLOTS = 4;
    private static final int CLIENTS = 30;

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
                            }
                        });

        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int n = 0; n < CLIENTS; n++) {
            answers.add(
                    cluster.client()
                            .postAsync(
                                    "/api/generate",
                                    OllamaClient.generate(model, cluster.randomText(), 200)));
            // arrivals that a person could put in order
            Thread.sleep(40);
        }
        List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
        sampling.set(false);
        sampler.join();

        assertThat(all).extracting(Answer::status).containsOnly(200);
        assertThat(most.get()).isEqualTo(SLOTS);
        assertThat(mostWaiting.get()).isZero();
        List<Integer> byFirstChunk =
                IntStream.range(0, CLIENTS)
                        .boxed()
                        .sorted(Comparator.comparing(n -> all.get(n).firstAt()))
                        .toList();
        assertThat(IntStream.range(0, CLIENTS))
                .describedAs(
                        "first chunks in order, but for neighbours that ran at once: "
                                + byFirstChunk)
                .allMatch(n -> Math.abs(byFirstChunk.indexOf(n) - n) < SLOTS);
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
                                    OllamaClient.generate(model, cluster.randomText(), 150)));
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
