package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Long and short prompts on a whole and on a split model, more of them than there are slots, for
 * {@code -Dcaravan.e2e.loaded-minutes=N} (10): nothing fails, so nothing may be taken for failed.
 */
@Tag("chaos")
@WithFaults
class LoadedIT {

    private static final Duration LENGTH =
            Duration.ofMinutes(Integer.getInteger("caravan.e2e.loaded-minutes", 10));

    private static final int CLIENTS = 12;
    private static final String STALLS = "caravan_engine_stalls_total";

    @Test
    void noEngineIsTakenForStalled(LocalCluster cluster) {
        List<String> models =
                List.of(
                        cluster.fixture("F16", 51, "--layers", "12", "--width", "768"),
                        cluster.fixture("Q4_K_M", 52, "--layers", "12", "--width", "768"));
        cluster.putPolicy(
                models.getLast(), OllamaClient.JSON.createObjectNode().put("minimumHosts", 2));
        double before = cluster.total(STALLS);
        Instant end = Instant.now().plus(LENGTH);
        AtomicInteger asked = new AtomicInteger();
        Queue<Answer> wrong = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    while (Instant.now().isBefore(end)) {
                                        int turn = asked.incrementAndGet();
                                        Answer answer =
                                                cluster.client()
                                                        .post(
                                                                "/api/generate",
                                                                body(cluster, models, turn));
                                        if (!isUndisturbed(answer)) {
                                            wrong.add(answer);
                                        }
                                    }
                                },
                                threads));
            }
            clients.forEach(CompletableFuture::join);
        }

        double stalls = cluster.total(STALLS) - before;
        System.out.printf("loaded: %d answers in %s, %.0f stalls%n", asked.get(), LENGTH, stalls);
        assertThat(wrong).isEmpty();
        assertThat(stalls).isZero();
        AtRest.await(cluster);
        models.forEach(cluster::unload);
    }

    private static ObjectNode body(LocalCluster cluster, List<String> models, int turn) {
        int words = turn % 3 == 0 ? 400 : 5;
        return OllamaClient.generate(
                models.get(turn % models.size()),
                cluster.longText(words),
                turn % 3 == 0 ? 10 : 200);
    }

    private static boolean isUndisturbed(Answer answer) {
        return answer.status() == 200
                && answer.error().isEmpty()
                && answer.last().path("done").asBoolean()
                && !answer.last().has("continued");
    }
}
