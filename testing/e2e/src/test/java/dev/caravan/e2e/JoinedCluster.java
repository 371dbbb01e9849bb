package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.Routes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A cluster over several machines, as a user makes one: the control plane on the machine {@code
 * control}, agents on others, joined with the line that {@code up} prints.
 */
public final class JoinedCluster implements AutoCloseable {

    public static final String CONTROL = "control";

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final int SECONDS = 280;

    private final Namespaces machines;
    private final Path folder;
    private final String upOutput;
    private final OllamaClient client;
    private final Set<String> homes = new LinkedHashSet<>();

    private JoinedCluster(Namespaces machines, Path folder) {
        this.machines = machines;
        this.folder = folder;
        Namespaces.Said up =
                caravan(
                        CONTROL,
                        CONTROL,
                        "up",
                        "--role",
                        "control",
                        "--bind",
                        machines.address(CONTROL));
        if (up.exit() != 0) {
            throw new IllegalStateException("up ended with " + up.exit() + ":\n" + up.text());
        }
        this.upOutput = up.text();
        this.client =
                new OllamaClient(URI.create("http://" + machines.address(CONTROL) + ":11434"));
    }

    /**
     * Starts the control plane on the machine {@code control}, which must be there.
     *
     * @param folder for the state of all machines
     */
    public static JoinedCluster start(Namespaces machines, Path folder) {
        return new JoinedCluster(machines, folder.toAbsolutePath());
    }

    /** The gateway, as this process reaches it. */
    public OllamaClient client() {
        return client;
    }

    public String upOutput() {
        return upOutput;
    }

    /** The words of the printed line, without {@code ./caravan}. */
    public List<String> joinLine() {
        String line =
                upOutput.lines()
                        .filter(said -> said.startsWith("join "))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no join line:\n" + upOutput));
        List<String> words = List.of(line.strip().split("\\s+"));
        return words.subList(words.indexOf("./caravan") + 1, words.size());
    }

    /** Joins with the printed line and {@code more} options; the machine's name names its state. */
    public Namespaces.Said join(String machine, String... more) {
        return joinAs(machine, machine, more);
    }

    /** As {@link #join}, with a state folder of another name. */
    public Namespaces.Said joinAs(String machine, String home, String... more) {
        return joinWith(Map.of(), machine, home, more);
    }

    /** As {@link #joinAs}; the agent has these settings in its environment. */
    Namespaces.Said joinWith(
            Map<String, String> settings, String machine, String home, String... more) {
        List<String> words = new ArrayList<>(joinLine());
        words.addAll(List.of("--wait", "240"));
        words.addAll(List.of(more));
        return caravan(settings, machine, home, words);
    }

    /** Runs {@code ./caravan} on a machine, with the state folder {@code home}. */
    public Namespaces.Said caravan(String machine, String home, String... arguments) {
        return caravan(Map.of(), machine, home, List.of(arguments));
    }

    private Namespaces.Said caravan(
            Map<String, String> settings, String machine, String home, List<String> arguments) {
        synchronized (homes) {
            homes.add(home);
        }
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("caravan").toString()));
        command.addAll(arguments);
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("CARAVAN_HOME", home(home).toString());
        environment.put("CARAVAN_BUILD", "never");
        return machines.run(machine, environment, SECONDS, command);
    }

    /** The state folder of that name. */
    public Path home(String name) {
        return folder.resolve(name);
    }

    /** All nodes, as the gateway shows them. */
    public List<JsonNode> nodes() {
        return client.json("/api/distributed/nodes").path("nodes").valueStream().toList();
    }

    /** The node whose address is on that machine. */
    public List<JsonNode> nodesOn(String machine) {
        String start = "http://" + machines.address(machine) + ":";
        return nodes().stream()
                .filter(node -> node.path("report").path("address").asString("").startsWith(start))
                .toList();
    }

    /** Has each agent take the model's files from another that has them. */
    public void spread(String model) {
        String digest =
                client.json("/api/tags")
                        .path("models")
                        .valueStream()
                        .filter(known -> known.path("name").asString().startsWith(model + ":"))
                        .map(known -> known.path("digest").asString())
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no model " + model));
        List<String> addresses =
                nodes().stream()
                        .filter(node -> node.path("verdict").asString().equals("READY"))
                        .map(node -> node.path("report").path("address").asString())
                        .toList();
        String holder =
                addresses.stream()
                        .filter(address -> ask(address + Routes.REPORT, "GET", "").contains(digest))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("nobody has " + model));
        ObjectNode fetch = OllamaClient.JSON.createObjectNode();
        fetch.put("name", model + ":latest").put("digest", digest).putArray("holders").add(holder);
        for (String address : addresses) {
            String said = ask(address + Routes.FETCH, "POST", fetch.toString());
            if (!said.contains("success")) {
                throw new IllegalStateException(model + " to " + address + ": " + said);
            }
        }
    }

    private String ask(String url, String method, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Bearer " + token())
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** The cluster's token. */
    public String token() {
        try {
            return Files.readString(home(CONTROL).resolve("token"), UTF_8).strip();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        List<String> failed = new ArrayList<>();
        for (String home : List.copyOf(homes)) {
            if (!home.equals(CONTROL)) {
                end(CONTROL, home, failed);
            }
        }
        end(CONTROL, CONTROL, failed);
        if (!failed.isEmpty()) {
            throw new IllegalStateException(String.join("\n", failed));
        }
    }

    /** Processes are found by their state, wherever they run. */
    private void end(String machine, String home, List<String> failed) {
        if (!Files.exists(home(home).resolve("cluster.json"))) {
            return;
        }
        Namespaces.Said down = caravan(machine, home, "down");
        if (down.exit() != 0) {
            failed.add("down of " + home + " ended with " + down.exit() + ":\n" + down.text());
        }
        LocalCluster.assertNothingRuns(home(home));
    }
}
