package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.gateway.api.Draining;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.Frame;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** A gateway that is told to end, as SIGTERM tells it. */
class GatewayDrainTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    private static final String PROMPT = "{\"model\":\"toy\",\"prompt\":\"x\"}";

    @TempDir private Path folder;

    private final Sinks.Many<Frame> frames = Sinks.many().replay().all();
    private final FakeAgent agent = new FakeAgent(4);

    @BeforeEach
    void load() {
        TestGateway.publish(REDIS.url(), TestGateway.newDigest(), List.of(agent), List.of(agent));
        agent.answers(_ -> frames.asFlux());
        frames.tryEmitNext(FakeAgent.head());
        frames.tryEmitNext(FakeAgent.piece(0, "Hello"));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private TestGateway gateway(String drain) {
        return new TestGateway(REDIS.url(), folder, Map.of("caravan.gateway.drain", drain));
    }

    private static boolean refuses(int port) {
        try {
            new Socket("127.0.0.1", port).close();
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }

    private static int readiness(int managementPort) {
        try {
            URI uri =
                    URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness");
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException gone) {
            return 0;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void refusesConnectionsAndFinishesItsAnswers() throws Exception {
        TestGateway gateway = gateway("20s");
        int port = gateway.port();
        int management = gateway.managementPort();
        try (TestGateway.RawClient client = gateway.raw("/api/generate", PROMPT)) {
            client.readUntil("Hello");
            assertThat(readiness(management)).isEqualTo(200);

            CompletableFuture<Void> end = CompletableFuture.runAsync(gateway::close);

            await().pollInterval(Duration.ofMillis(20)).until(() -> readiness(management) == 503);
            await().atMost(Duration.ofSeconds(5)).until(() -> refuses(port));
            assertThat(end).isNotDone();
            frames.tryEmitNext(FakeAgent.piece(1, " world"));
            frames.tryEmitNext(FakeAgent.end(2));
            frames.tryEmitComplete();
            assertThat(client.readUntil("\"done\":true")).contains(" world");
            end.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void endsWithOneErrorWhatIsNotFinishedInTime() throws Exception {
        TestGateway gateway = gateway("2s");
        try (TestGateway.RawClient client = gateway.raw("/api/generate", PROMPT)) {
            client.readUntil("Hello");
            long begun = System.nanoTime();

            CompletableFuture<Void> end = CompletableFuture.runAsync(gateway::close);

            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .containsOnlyOnce("{\"error\":\"the gateway is stopping");
            end.get(10, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(8));
        }
        await().until(() -> agent.active.get() == 0);
    }

    @Test
    void tellsClientsThatKeepTheirConnectionToOpenAnother() throws Exception {
        try (TestGateway gateway = gateway("0")) {
            agent.answers(_ -> Flux.concat(FakeAgent.reply("Hi")));
            assertThat(gateway.post("/api/generate", PROMPT).headers().firstValue("Connection"))
                    .isEmpty();

            gateway.bean(Draining.class).begin();

            HttpResponse<String> last = gateway.post("/api/generate", PROMPT);
            assertThat(last.statusCode()).isEqualTo(200);
            assertThat(last.headers().firstValue("Connection")).contains("close");
        }
    }
}
