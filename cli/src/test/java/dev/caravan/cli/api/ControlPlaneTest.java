package dev.caravan.cli.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.CliException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlPlaneTest {

    private static final String TOKEN = "right";

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private HttpServer server;
    private URI registry;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext(
                "/",
                call -> {
                    String token = call.getRequestHeaders().getFirst("Authorization");
                    String body = answers.get(call.getRequestURI().getPath());
                    int status =
                            !("Bearer " + TOKEN).equals(token) ? 401 : body == null ? 404 : 200;
                    byte[] bytes = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
                    call.sendResponseHeaders(status, status == 200 ? bytes.length : -1);
                    if (status == 200) {
                        call.getResponseBody().write(bytes);
                    }
                    call.close();
                });
        server.start();
        registry = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void findsTheHealthServiceThroughTheRegistryAndAsksItForTheNodes() {
        answers.put("/eureka/apps", apps("HEALTH-SERVICE", "UP"));
        answers.put("/internal/v1/nodes", "{\"frozen\":false,\"frozenReason\":\"\",\"nodes\":[]}");

        try (ControlPlane control = new ControlPlane(registry, TOKEN)) {
            control.check();
            assertThat(control.nodes().nodes()).isEmpty();
            assertThat(control.gateway()).isEmpty();
        }
    }

    @Test
    void findsAGateway() {
        answers.put("/eureka/apps", apps("GATEWAY-SERVICE", "UP"));

        try (ControlPlane control = new ControlPlane(registry, TOKEN)) {
            assertThat(control.gateway()).contains(registry.toString());
        }
    }

    @Test
    void saysThatTheTokenIsNotAccepted() {
        try (ControlPlane control = new ControlPlane(registry, "wrong")) {
            assertThatThrownBy(control::check)
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining(registry.toString())
                    .hasMessageContaining("the token is not accepted there");
        }
    }

    @Test
    void saysThatSomethingElseListensThere() {
        try (ControlPlane control = new ControlPlane(registry, TOKEN)) {
            assertThatThrownBy(control::check)
                    .hasMessageContaining(
                            "status 404 (expected: the registry of a Caravan cluster");

            answers.put("/eureka/apps", "<html>");
            assertThatThrownBy(control::check).hasMessageContaining("no JSON");
        }
    }

    @Test
    void tellsRefusedFromUnknown() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + free);
        try (ControlPlane refused = new ControlPlane(nobody, TOKEN);
                ControlPlane unknown =
                        new ControlPlane(URI.create("http://no-such-host.invalid:1"), TOKEN)) {
            assertThatThrownBy(refused::check)
                    .hasMessageContaining(nobody + "/: connection refused");
            assertThatThrownBy(unknown::check)
                    .hasMessageContaining("no-such-host.invalid:1/: no address is known");
        }
    }

    @Test
    void saysWhereNoHealthServiceIsRegistered() {
        answers.put("/eureka/apps", apps("HEALTH-SERVICE", "DOWN"));

        try (ControlPlane control = new ControlPlane(registry, TOKEN)) {
            assertThatThrownBy(control::nodes).hasMessageContaining("no health service");
        }
    }

    private String apps(String name, String status) {
        return """
        {"applications":{"application":[{"name":"%s","instance":[
          {"ipAddr":"127.0.0.1","status":"%s","port":{"$":%d,"@enabled":"true"}}]}]}}
        """
                .formatted(name, status, registry.getPort());
    }
}
