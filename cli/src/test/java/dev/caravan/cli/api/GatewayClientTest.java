package dev.caravan.cli.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.CliException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayClientTest {

    private HttpServer server;
    private GatewayClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        client = new GatewayClient("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void handsOnEachLineBeforeTheNextIsSent() {
        CountDownLatch firstSeen = new CountDownLatch(1);
        server.createContext(
                "/api/generate",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    write(exchange, "{\"response\":\"a\"}\n");
                    boolean seen = await(firstSeen);
                    write(exchange, "{\"response\":\"" + seen + "\"}\n");
                    exchange.close();
                });
        List<String> pieces = new ArrayList<>();

        client.stream(
                "/api/generate",
                Map.of("model", "m"),
                line -> {
                    pieces.add(line.path("response").asString(""));
                    firstSeen.countDown();
                });

        assertThat(pieces).containsExactly("a", "true");
    }

    @Test
    void passesOnTheGatewaysOwnWords() {
        server.createContext(
                "/api/chat",
                exchange -> {
                    exchange.sendResponseHeaders(404, 0);
                    write(exchange, "{\"error\":\"model 'm' not found\"}");
                    exchange.close();
                });

        assertThatThrownBy(() -> client.stream("/api/chat", Map.of(), _ -> {}))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("model 'm' not found (HTTP 404 of ");
    }

    @Test
    void failsOnAnErrorInMidStream() {
        server.createContext(
                "/api/generate",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    write(exchange, "{\"response\":\"a\"}\n{\"error\":\"engine has ended\"}\n");
                    exchange.close();
                });

        assertThatThrownBy(() -> client.stream("/api/generate", Map.of(), _ -> {}))
                .isInstanceOf(CliException.class)
                .hasMessage("engine has ended");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void write(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }
}
