package dev.caravan.benchmarks;

import dev.caravan.e2e.JoinedCluster;
import dev.caravan.e2e.Namespaces;
import dev.caravan.e2e.OllamaClient;
import dev.caravan.e2e.Relay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Agents on machines of their own, with a relay before each: what one says to another passes it.
 */
final class RelayedCluster implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LAYERS = 12;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Namespaces machines;
    private final JoinedCluster cluster;
    private final List<Relay> relays = new ArrayList<>();

    private RelayedCluster(Namespaces machines, JoinedCluster cluster) {
        this.machines = machines;
        this.cluster = cluster;
    }

    static RelayedCluster start(Path folder, int hosts) throws IOException {
        Namespaces machines = Namespaces.create();
        machines.add(JoinedCluster.CONTROL);
        for (int host = 1; host <= hosts; host++) {
            machines.add(name(host));
        }
        RelayedCluster relayed =
                new RelayedCluster(machines, JoinedCluster.start(machines, folder));
        for (int host = 1; host <= hosts; host++) {
            relayed.join(name(host));
        }
        return relayed;
    }

    private static String name(int host) {
        return "h" + host;
    }

    /** The agent is ready when it was reached, so its relay starts while the command waits. */
    private void join(String machine) throws IOException {
        String far = machines.addFarAddress(machine);
        CompletableFuture<Void> joined =
                CompletableFuture.runAsync(
                        () -> done(cluster.join(machine, "--bind", "0.0.0.0", "--advertise", far)));
        int port =
                Awaitility.await(machine + " listens")
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> port(machine), found -> found > 0 || joined.isDone());
        relays.add(
                Relay.start(
                        new InetSocketAddress(far, port),
                        new InetSocketAddress(machines.address(machine), port)));
        joined.join();
    }

    private int port(String machine) throws IOException {
        Path run = cluster.home(machine).resolve("run");
        if (Files.notExists(run)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(run)) {
            return files.filter(file -> file.toString().endsWith(".ready.json"))
                    .mapToInt(file -> JSON.readTree(file).path("port").asInt())
                    .findFirst()
                    .orElse(0);
        }
    }

    private static void done(Namespaces.Said said) {
        if (said.exit() != 0) {
            throw new IllegalStateException(said.text());
        }
    }

    void setDelay(Duration oneWay) {
        relays.forEach(relay -> relay.delay(oneWay));
    }

    URI gateway() {
        return cluster.client().base();
    }

    /** A model made by {@code ./caravan fixture}. */
    String fixture(String... options) {
        List<String> words = new ArrayList<>(List.of("fixture", "bench"));
        words.addAll(List.of(options));
        done(
                cluster.caravan(
                        JoinedCluster.CONTROL,
                        JoinedCluster.CONTROL,
                        words.toArray(String[]::new)));
        return "bench:latest";
    }

    /** The processes of a split model. */
    record Split(EngineProcess head, List<EngineProcess> members) {}

    /** Loads the model with equal ranges. */
    Split loadSplit(String model, int over) throws IOException, InterruptedException {
        List<String> agents = new ArrayList<>();
        for (JsonNode report : reports()) {
            String id = report.path("agentId").asString();
            agents.add(report.path("models").toString().contains(model) ? 0 : agents.size(), id);
        }
        ObjectNode policy = JSON.createObjectNode();
        ArrayNode ranges = policy.putArray("ranges");
        int each = LAYERS / over;
        for (int n = 0; n < over; n++) {
            ranges.addObject()
                    .put("host", agents.get(n))
                    .put("first", n * each)
                    .put("last", (n + 1) * each - 1);
        }
        send("PUT", "/api/distributed/models/" + model + "/policy", policy);
        send("POST", "/api/generate", OllamaClient.generate(model, "load", 1));
        return new Split(living("replicas").getFirst(), living("members"));
    }

    private List<EngineProcess> living(String kind) throws IOException, InterruptedException {
        List<EngineProcess> found = new ArrayList<>();
        for (JsonNode report : reports()) {
            for (JsonNode process : report.path(kind)) {
                long pid = process.path("pid").asLong();
                if (pid > 0) {
                    found.add(EngineProcess.of(pid));
                }
            }
        }
        return found;
    }

    void unload(String model) throws IOException, InterruptedException {
        send(
                "POST",
                "/api/generate",
                JSON.createObjectNode().put("model", model).put("keep_alive", 0));
        Awaitility.await("unloaded")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                reports().stream()
                                        .flatMap(report -> report.path("replicas").valueStream())
                                        .noneMatch(replica -> replica.path("pid").asLong() > 0));
    }

    private List<JsonNode> reports() throws IOException, InterruptedException {
        List<JsonNode> reports = new ArrayList<>();
        JsonNode nodes = JSON.readTree(send("GET", "/api/distributed/nodes", null)).path("nodes");
        nodes.forEach(node -> reports.add(node.path("report")));
        return reports;
    }

    private String send(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(gateway().resolve(path))
                                .method(
                                        method,
                                        body == null
                                                ? BodyPublishers.noBody()
                                                : BodyPublishers.ofString(body.toString()))
                                .build(),
                        BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        machines.close();
        for (Relay relay : relays) {
            relay.close();
        }
    }
}
