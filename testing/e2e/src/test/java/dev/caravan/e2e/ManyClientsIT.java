package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Many clients, slow clients and a large body, on a cluster of one agent with 200 slots. */
@Tag("soak")
class ManyClientsIT {

    private static final int SLOTS = 200;
    private static final int SLOW_CLIENTS = 50;
    private static final String DIGITS = "0123456789";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long MEGABYTE = 1 << 20;
    private static final long WARM_BLOB = 64 * MEGABYTE;
    private static final long LARGE_BLOB = 3 * 1024 * MEGABYTE;
    private static final long MOST_GROWTH = 32 * MEGABYTE;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        cluster =
                LocalCluster.start(
                        Path.of("target", "clusters", "many-clients"),
                        1,
                        Map.of(
                                "CARAVAN_WORKER_SLOTS", "" + SLOTS,
                                "CARAVAN_SCHEDULER_SLOTS", "" + SLOTS,
                                "OLLAMA_CONTEXT_LENGTH", "1024",
                                "CARAVAN_GATEWAY_ADMISSION_MAX_QUEUED", "" + SLOTS));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void twoHundredStreamsAtOnceHold() {
        String text = DIGITS.repeat(10);
        String model = cluster.saying(text);
        EngineState engine = cluster.load(model);

        List<CompletableFuture<Answer>> running =
                IntStream.range(0, SLOTS)
                        .mapToObj(n -> cluster.client().postAsync("/api/generate", ask(model, n)))
                        .toList();
        Awaitility.await("most hold a slot")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> engine.busySlots() > SLOTS / 2);
        List<Answer> answers = running.stream().map(CompletableFuture::join).toList();

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers).extracting(Answer::text).containsOnly(text);
        noSlotIsBusy();
    }

    @Test
    void slotsOfSlowClientsAreFreeSoonAfterTheEnginesEnd() throws Exception {
        String model = cluster.saying(DIGITS.repeat(40));
        cluster.load(model);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> clients =
                    IntStream.range(0, SLOW_CLIENTS)
                            .mapToObj(
                                    n ->
                                            threads.submit(
                                                    new SlowClient(
                                                            cluster.client().base(),
                                                            "/api/generate",
                                                            ask(model, n))))
                            .toList();
            Awaitility.await("they are running")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> busy() > SLOW_CLIENTS / 2);

            noSlotIsBusy();
            long reading = clients.stream().filter(client -> !client.isDone()).count();

            for (Future<String> client : clients) {
                assertThat(client.get()).contains("\"done\":true");
            }
            assertThat(reading)
                    .describedAs("clients that still read when the engine was done")
                    .isPositive();
        }
    }

    private static JsonNode ask(String model, int n) {
        return OllamaClient.generate(model, "n" + n, -1);
    }

    @Test
    void aLargeBlobPassesThroughWithoutBeingHeld() throws Exception {
        upload(WARM_BLOB);
        List<Long> before = peaks();

        upload(LARGE_BLOB);

        List<Long> after = peaks();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i) - before.get(i))
                    .as("growth of %s", List.of("gateway", "agent-1").get(i))
                    .isLessThan(MOST_GROWTH);
        }
    }

    private static long busy() {
        return cluster.report(cluster.process("agent-1"))
                .path("replicas")
                .valueStream()
                .mapToLong(replica -> replica.path("busy").asLong())
                .sum();
    }

    private static void noSlotIsBusy() {
        Awaitility.await("all slots are free").atMost(PATIENCE).until(() -> busy() == 0);
    }

    /** Noughts, as many as a sparse file would have; nothing of them is held here either. */
    private static void upload(long bytes) throws Exception {
        URI address =
                cluster.client().base().resolve("/api/blobs/sha256:" + digestOfNoughts(bytes));
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(address)
                                    .POST(BodyPublishers.ofInputStream(() -> new Noughts(bytes)))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        }
    }

    private static String digestOfNoughts(long bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] block = new byte[(int) MEGABYTE];
        for (long done = 0; done < bytes; done += block.length) {
            digest.update(block);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Long> peaks() {
        return Stream.of("gateway", "agent-1")
                .map(name -> peak(cluster.process(name).pid()))
                .toList();
    }

    /** The most memory that a process has ever held, by the kernel's account. */
    private static long peak(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    * 1024;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static final class Noughts extends InputStream {

        private long left;

        Noughts(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int read = (int) Math.min(length, left);
            Arrays.fill(into, offset, offset + read, (byte) 0);
            left -= read;
            return read;
        }
    }
}
