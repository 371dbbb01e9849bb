package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every service is asked to end (SIGTERM) and started again, one after the other, while 20 clients
 * stream without a pause through an nginx in front of two gateways: no request fails, and nothing
 * is left over.
 */
@Tag("chaos")
@WithFaults
class RollingRestartIT {

    private static final int CLIENTS = 20;
    private static final int PREDICT = 60;
    private static final Duration EXIT = Duration.ofSeconds(60);

    /** Kept: nginx tells in it why it answered for a gateway. */
    private static final Path FOLDER = Path.of("target", "rolling").toAbsolutePath();

    @Test
    void noRequestFails(LocalCluster cluster) throws Exception {
        String model = cluster.fixture("F16", 41);
        cluster.spread(model);
        cluster.load(model);
        Queue<Answer> answers = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                SecondGateway second = SecondGateway.start(cluster);
                Nginx nginx =
                        Nginx.between(List.of(cluster.client().base(), second.base()), FOLDER)) {
            OllamaClient client = new OllamaClient(nginx.base());
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int n = 0; n < CLIENTS; n++) {
                clients.add(
                        CompletableFuture.runAsync(
                                () -> ask(client, model, over, answers), threads));
            }
            for (LocalCluster.Process process : cluster.processes()) {
                restart(cluster, process);
                int before = answers.size();
                Awaitility.await("answers go on after the restart of " + process.name())
                        .atMost(EXIT)
                        .until(() -> answers.size() > before + CLIENTS || hasFailed(clients));
                clients.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .forEach(CompletableFuture::join);
            }
            over.set(true);
            clients.forEach(CompletableFuture::join);
        }

        long continued = answers.stream().filter(answer -> answer.last().has("continued")).count();
        System.out.printf(
                "rolling restart: %d answers, %d of them continued%n", answers.size(), continued);
        assertThat(answers).allSatisfy(RollingRestartIT::isWhole);
        AtRest.await(cluster);
    }

    private static boolean hasFailed(List<CompletableFuture<Void>> clients) {
        return clients.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }

    /** Until the first failure, which would only be repeated. */
    private static void ask(
            OllamaClient client, String model, AtomicBoolean over, Queue<Answer> answers) {
        while (!over.get()) {
            Answer answer =
                    client.post("/api/generate", OllamaClient.generate(model, "go on", PREDICT));
            answers.add(answer);
            isWhole(answer);
        }
    }

    private static void isWhole(Answer answer) {
        assertThat(answer.status()).describedAs(answer.toString()).isEqualTo(200);
        assertThat(answer.error()).isEmpty();
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(PREDICT);
    }

    private static void restart(LocalCluster cluster, LocalCluster.Process process) {
        LocalCluster.signal("TERM", process.pid());
        Awaitility.await(process.name() + " has ended")
                .atMost(EXIT)
                .until(() -> !LocalCluster.alive(process.pid()));
        assertThat(cluster.up().exit()).describedAs("up after " + process.name()).isZero();
    }

    /** One more gateway of the same cluster, which {@code ./caravan} knows nothing of. */
    private record SecondGateway(Process process, URI base) implements AutoCloseable {

        static SecondGateway start(LocalCluster cluster) throws IOException {
            Path ready = FOLDER.resolve("second.ready.json");
            Files.deleteIfExists(ready);
            Process process = cluster.another("gateway", FOLDER.resolve("second"), ready, Map.of());
            int port =
                    Awaitility.await("the second gateway is ready")
                            .atMost(EXIT)
                            .until(() -> LocalCluster.port(ready), found -> found > 0);
            return new SecondGateway(process, URI.create("http://127.0.0.1:" + port));
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
