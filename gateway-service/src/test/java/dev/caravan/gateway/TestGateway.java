package dev.caravan.gateway;

import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.OwnEventLoops;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A gateway with real HTTP and a real Redis; its neighbours are what a test makes them. */
final class TestGateway implements AutoCloseable {

    private static final AtomicLong DIGESTS = new AtomicLong();
    private static final AtomicLong VERSIONS = new AtomicLong(System.currentTimeMillis());

    final List<URI> schedulers = new CopyOnWriteArrayList<>();
    final List<URI> healths = new CopyOnWriteArrayList<>();

    private final HttpClient http = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext context;

    TestGateway(String redis, Path folder, Map<String, String> settings) {
        Neighbours neighbours =
                service ->
                        switch (service) {
                            case "scheduler-service" -> schedulers;
                            case "health-service" -> healths;
                            default -> List.of();
                        };
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--server.port=0",
                                "--eureka.client.enabled=false",
                                "--caravan.token=" + FakeAgent.TOKEN,
                                "--caravan.redis=" + redis,
                                "--caravan.data-dir=" + folder));
        settings.forEach((key, value) -> arguments.add("--" + key + "=" + value));
        context =
                new SpringApplicationBuilder(GatewayApplication.class, OwnEventLoops.class)
                        .initializers(
                                (GenericApplicationContext fresh) ->
                                        fresh.registerBean(Neighbours.class, () -> neighbours))
                        .run(arguments.toArray(String[]::new));
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    int managementPort() {
        return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** A newer view than all before it, in Redis and on the channel. */
    static void publish(
            String redis, String digest, List<FakeAgent> agents, List<FakeAgent> loaded) {
        publish(redis, view(VERSIONS.incrementAndGet(), digest, agents, loaded));
    }

    /** One that no test has had, so that none sees what another left behind. */
    static String newDigest() {
        return "%064x".formatted(DIGESTS.incrementAndGet());
    }

    static void publish(String redis, ClusterViewMessage view) {
        String json = WireJson.mapper().writeValueAsString(view);
        RedisClient client = RedisClient.create(redis);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().set(Keys.VIEW, json);
            connection.sync().publish(Keys.VIEW_CHANNEL, json);
        } finally {
            client.shutdown();
        }
    }

    static ClusterViewMessage view(
            long number, String digest, List<FakeAgent> agents, List<FakeAgent> loaded) {
        FactsMessage facts = new FactsMessage(2, 1_000_000, 64, 16384, 64, null, null);
        List<String> holders = agents.stream().map(agent -> agent.id).toList();
        return new ClusterViewMessage(
                1,
                number,
                System.currentTimeMillis(),
                agents.stream().map(FakeAgent::inView).toList(),
                List.of(
                        new ClusterViewMessage.Model(
                                "toy:latest",
                                digest,
                                facts,
                                "fluent",
                                List.of("completion"),
                                holders)),
                loaded.stream().map(agent -> replica(agent, digest)).toList());
    }

    static ClusterViewMessage.Replica replica(FakeAgent agent, String digest) {
        return new ClusterViewMessage.Replica(
                agent.replica(), agent.id, "toy:latest", digest, 4096, agent.slots, "fluent", null);
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<Stream<String>> lines(String path, String body) throws Exception {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofLines());
    }

    HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(address(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> put(String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(address(path))
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    String metrics() throws Exception {
        URI scrape = URI.create("http://127.0.0.1:" + managementPort() + "/actuator/prometheus");
        return http.send(
                        HttpRequest.newBuilder(scrape).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** A client that a test can close whenever it likes. */
    RawClient raw(String path, String body) throws IOException {
        return new RawClient(port(), path, body);
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(address(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }

    static final class RawClient implements AutoCloseable {

        private final Socket socket;

        private RawClient(int port, String path, String body) throws IOException {
            socket = new Socket("127.0.0.1", port);
            String head =
                    "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                            .formatted(path, body.getBytes(StandardCharsets.UTF_8).length);
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        }

        /** Reads until {@code text} has come. */
        String readUntil(String text) throws IOException {
            InputStream in = socket.getInputStream();
            StringBuilder read = new StringBuilder();
            while (read.indexOf(text) < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("closed after: " + read);
                }
                read.append((char) next);
            }
            return read.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
