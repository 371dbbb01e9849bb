package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the page's real files, taken from the real gateway, with a state that no cluster at hand
 * is in.
 */
final class StandInPage implements AutoCloseable {

    private static final List<String> PASSED_ON =
            List.of("Content-Type", "Content-Security-Policy", "X-Content-Type-Options");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final OllamaClient gateway;
    private final String state;
    private final HttpServer server;

    StandInPage(OllamaClient gateway, String state) throws IOException {
        this.gateway = gateway;
        this.state = OllamaClient.JSON.readTree(state).toString();
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.createContext("/cluster/events", this::events);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/cluster/");
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpResponse<String> answer = gateway.get(exchange.getRequestURI().toString());
            Headers headers = exchange.getResponseHeaders();
            for (String name : PASSED_ON) {
                Optional<String> value = answer.headers().firstValue(name);
                value.ifPresent(found -> headers.set(name, found));
            }
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void events(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            body.write(("event: state\ndata: " + state + "\n\n").getBytes(UTF_8));
            body.flush();
            while (!threads.isShutdown()) {
                Thread.sleep(1000);
                body.write("event: beat\ndata: 1\n\n".getBytes(UTF_8));
                body.flush();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
