package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.cli.Main;
import dev.caravan.wire.Frame;
import dev.caravan.wire.FrameCodec;
import dev.caravan.wire.Routes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The suite as a user runs it: started, looked at and ended through {@code ./caravan}, spoken to
 * through the gateway. Faults come from outside, as signals.
 */
public final class LocalCluster implements AutoCloseable {

    /** Waiting room of the gateway in these tests. */
    static final int MAX_QUEUED = 40;

    /** Makes start-up caches and ends; no part of the cluster. */
    private static final String CACHE_MAKER = "caches";

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Duration SOON = Duration.ofSeconds(15);

    public record Said(int exit, String text) {}

    public record Process(String name, long pid, int port, int managementPort) {}

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, String> fixtures = new ConcurrentHashMap<>();
    private final Path home;
    private final int agents;
    private final Map<String, String> environment;
    private final Random random;
    private String upOutput = "";
    private OllamaClient client = new OllamaClient(URI.create("http://127.0.0.1:1"));

    private LocalCluster(Path home, int agents, Map<String, String> environment) {
        this.home = home;
        this.agents = agents;
        this.environment = Map.copyOf(environment);
        long seed = Long.getLong("caravan.e2e.seed", System.nanoTime());
        System.out.println("cluster at " + home + ", seed of names and prompts: " + seed);
        this.random = new Random(seed);
    }

    public static LocalCluster start(Path home, int agents) {
        return start(home, agents, Map.of());
    }

    /**
     * @param environment of the commands, and so of the services
     */
    public static LocalCluster start(Path home, int agents, Map<String, String> environment) {
        Path absolute = home.toAbsolutePath();
        delete(absolute);
        LocalCluster cluster = new LocalCluster(absolute, agents, environment);
        Instant began = Instant.now();
        Said up = cluster.up();
        if (up.exit() != 0) {
            Said down = cluster.caravan("down");
            throw new IllegalStateException(
                    "up ended with %d:\n%s\ndown then with %d"
                            .formatted(up.exit(), up.text(), down.exit()));
        }
        cluster.upOutput = up.text();
        System.out.println("up took " + Duration.between(began, Instant.now()).toMillis() + " ms");
        count(absolute);
        cluster.client =
                new OllamaClient(
                        URI.create("http://127.0.0.1:" + cluster.process("gateway").port()));
        return cluster;
    }

    private static void count(Path home) {
        try {
            Files.writeString(
                    Path.of("target", "cluster-starts"),
                    home + System.lineSeparator(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Starts what is missing.
     *
     * @param options of {@code up}, beside those that make the cluster what it is
     */
    public Said up(String... options) {
        return upWith(Map.of(), options);
    }

    /**
     * @param settings in the environment of what is started now, and of that alone
     */
    Said upWith(Map<String, String> settings, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("up", "--agents", "" + agents, "--no-adopt"));
        arguments.addAll(List.of(options));
        int gateway = client.base().getPort();
        arguments.addAll(List.of("--gateway-port", gateway == 1 ? "0" : "" + gateway));
        arguments.addAll(List.of("--registry-port", "0"));
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(settings);
        return caravan(home, all, arguments.toArray(String[]::new));
    }

    /** What a test may have left: stopped processes go on, ended ones are started again. */
    void reset() {
        processes().forEach(process -> signal("CONT", process.pid()));
        List<Process> left = processes();
        if (left.isEmpty() || !left.stream().allMatch(process -> alive(process.pid()))) {
            Said up = up();
            if (up.exit() != 0) {
                throw new IllegalStateException("not made whole again: " + up.text());
            }
        }
        awaitNoRequest();
    }

    void awaitNoRequest() {
        Awaitility.await("no request is left over")
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.json("/api/distributed/requests").path("requests").isEmpty());
    }

    public OllamaClient client() {
        return client;
    }

    Path home() {
        return home;
    }

    int random(int least, int most) {
        return random.nextInt(least, most);
    }

    public String upOutput() {
        return upOutput;
    }

    public Said caravan(String... arguments) {
        return caravan(home, environment, arguments);
    }

    public static Said caravan(Path home, String... arguments) {
        return caravan(home, Map.of(), arguments);
    }

    static Said caravan(Path home, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("caravan").toString()));
        command.addAll(List.of(arguments));
        try {
            Path said = Files.createTempFile("caravan-", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile());
            builder.environment().put("CARAVAN_HOME", home.toString());
            builder.environment().put("CARAVAN_BUILD", "never");
            builder.environment().put("CARAVAN_GATEWAY_ADMISSION_MAX_QUEUED", "" + MAX_QUEUED);
            builder.environment()
                    .put("MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE", "health,prometheus,mappings");
            builder.environment().putAll(environment);
            java.lang.Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(4, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        String.join(" ", command) + " did not return:\n" + Files.readString(said));
            }
            String text = Files.readString(said);
            Files.delete(said);
            return new Said(process.exitValue(), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** As {@code up} wrote them down; {@code status} says the same but is a JVM each time. */
    public List<Process> processes() {
        Path table = home.resolve("processes.json");
        return Files.notExists(table)
                ? List.of()
                : OllamaClient.JSON
                        .readTree(read(table))
                        .path("members")
                        .valueStream()
                        .map(this::process)
                        .filter(process -> !process.name().equals(CACHE_MAKER))
                        .toList();
    }

    private Process process(JsonNode member) {
        String name = member.path("name").asString();
        Path file = home.resolve("run").resolve(name + ".ready.json");
        JsonNode ready =
                Files.exists(file)
                        ? OllamaClient.JSON.readTree(read(file))
                        : OllamaClient.JSON.createObjectNode();
        return new Process(
                name,
                member.path("process").path("pid").asLong(),
                ready.path("port").asInt(member.path("port").asInt()),
                ready.path("managementPort").asInt());
    }

    public Process process(String name) {
        return processes().stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no process " + name + " in " + processes()));
    }

    List<Process> agents() {
        return processes().stream().filter(process -> process.name().startsWith("agent")).toList();
    }

    // ---- models

    String demoModel() {
        return "caravan-demo:latest";
    }

    /** A random model that earlier tests of this run may have made; the seed tells them apart. */
    public String fixture(String type, long seed, String... options) {
        List<String> all = new ArrayList<>(List.of("--type", type, "--seed", "" + seed));
        all.addAll(List.of(options));
        return fixtures.computeIfAbsent(String.join(" ", all), key -> make(all));
    }

    /** A model of its own for one test, never loaded before. */
    String randomModel() {
        return make(List.of("--seed", "" + random.nextInt(1, 1_000_000)));
    }

    /** Large enough that loading it and evaluating long prompts takes seconds on a CPU. */
    String bigFixture() {
        return fixtures.computeIfAbsent(
                "big", key -> make(List.of("--layers", "12", "--width", "768", "--seed", "9")));
    }

    /** A model that says a text, whatever it is asked. */
    String saying(String text, String... options) {
        List<String> all = new ArrayList<>(List.of("--say", text));
        all.addAll(List.of(options));
        return make(all);
    }

    /** The same, but one that earlier tests of this run may have made. */
    String oftenSaying(String text, String... options) {
        return fixtures.computeIfAbsent(
                String.join(" ", options) + ':' + text, _ -> saying(text, options));
    }

    /** A model that makes vectors, and that earlier tests of this run may have made. */
    String oftenEmbedding() {
        return fixtures.computeIfAbsent("embedding", _ -> embedding());
    }

    /** A model of its own for one test, which makes vectors of texts. */
    String embedding() {
        return make(List.of("--embedding", "--seed", "" + random.nextInt(1, 1_000_000)));
    }

    /** A file of more than 400 MB, of which layers can be counted in the memory of processes. */
    String largeFixture() {
        return fixtures.computeIfAbsent(
                "large", key -> make(List.of("--layers", "12", "--width", "1280", "--seed", "7")));
    }

    private String make(List<String> options) {
        String name = "m" + Long.toString(Math.abs(random.nextLong()), 36) + ":latest";
        List<String> command = new ArrayList<>(List.of("fixture", name));
        command.addAll(options);
        Said said = caravanHere(command.toArray(String[]::new));
        if (said.exit() != 0) {
            throw new IllegalStateException("fixture: " + said.text());
        }
        return name;
    }

    /** The same command without a process of its own, for what tests do a hundred times. */
    private Said caravanHere(String... arguments) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        all.put("CARAVAN_HOME", home.toString());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, UTF_8);
        int exit = Main.run(all, out, out, InputStream.nullInputStream(), arguments);
        return new Said(exit, said.toString(UTF_8));
    }

    String randomText() {
        return longText(random.nextInt(5, 25));
    }

    public String longText(int words) {
        return IntStream.range(0, words)
                .mapToObj(
                        n ->
                                random.ints(random.nextInt(2, 7), 'a', 'z' + 1)
                                        .mapToObj(Character::toString)
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining(" "));
    }

    JsonNode named(JsonNode list, String model) {
        return list.path("models")
                .valueStream()
                .filter(entry -> entry.path("name").asString().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(model + " is not in " + list));
    }

    /** A direct engine for a model of this cluster. */
    DirectEngine oracle(String model, List<String> switches, Path log) throws IOException {
        return new DirectEngine(llamaServer(), modelFile(model), threads(), switches, log);
    }

    /** The GGUF blob of a model, found on the agents' disks. */
    Path modelFile(String model) {
        String digest = named(client.json("/api/tags"), model).path("digest").asString();
        try (Stream<Path> files = Files.walk(home)) {
            Path manifest =
                    files.filter(Files::isRegularFile)
                            .filter(file -> file.toString().contains("manifests"))
                            .filter(file -> sha256(read(file)).equals(digest))
                            .findFirst()
                            .orElseThrow();
            JsonNode layers = OllamaClient.JSON.readTree(read(manifest)).path("layers");
            String blob =
                    layers.valueStream()
                            .filter(
                                    layer ->
                                            layer.path("mediaType")
                                                    .asString()
                                                    .endsWith("image.model"))
                            .findFirst()
                            .orElseThrow()
                            .path("digest")
                            .asString()
                            .replace(':', '-');
            // manifests/<host>/<namespace>/<model>/<tag>, beside it blobs
            return manifest.resolve("../../../../../blobs").normalize().resolve(blob);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Path fixtureFile() {
        return modelFile(demoModel());
    }

    List<Path> partialBlobs() {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(file -> file.getFileName().toString().contains("partial")).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void putPolicy(String model, JsonNode policy) {
        HttpResponse<String> answer =
                client.raw(
                        "PUT", "/api/distributed/models/" + model + "/policy", policy.toString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("policy of " + model + ": " + answer.body());
        }
    }

    /** What is loaded, by whichever scheduler leads by now. */
    void unloadAll() {
        Awaitility.await("all models are unloaded")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(
                        () -> {
                            loaded().forEach(this::unload);
                            return loaded().isEmpty();
                        });
    }

    /** Without models that were deleted while they were loaded, which end by themselves. */
    private Set<String> loaded() {
        Set<String> loaded = names("/api/ps");
        loaded.retainAll(names("/api/tags"));
        return loaded;
    }

    private Set<String> names(String route) {
        return client.json(route)
                .path("models")
                .valueStream()
                .map(model -> model.path("name").asString())
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** As {@code ollama stop} does it; returns when no replica of it is left. */
    void unload(String model) {
        Answer answer =
                client.post(
                        "/api/generate",
                        OllamaClient.JSON
                                .createObjectNode()
                                .put("model", model)
                                .put("keep_alive", 0));
        if (answer.status() != 200) {
            throw new IllegalStateException("unload of " + model + ": " + answer.error());
        }
        Awaitility.await(model + " is unloaded")
                .atMost(SOON)
                .until(() -> replicas(model).noneMatch(replica -> isLive(replica)));
    }

    private static boolean isLive(JsonNode replica) {
        return replica.path("pid").asLong() != 0;
    }

    // ---- engines

    /** Loads the model where it is not, and answers its engine. */
    public EngineState load(String model) {
        Answer answer = client.post("/api/generate", OllamaClient.generate(model, "load", 1));
        if (answer.status() != 200) {
            throw new IllegalStateException(model + ": " + answer.error());
        }
        return engine(model);
    }

    EngineState engine(String model) {
        JsonNode replica = lastReplica(model);
        if (!replica.path("state").asString().equals("READY")) {
            throw new IllegalStateException(model + " is not loaded: " + replica);
        }
        return new EngineState(
                replica.path("engineAddress").asString(), replica.path("pid").asLong());
    }

    private Stream<JsonNode> replicas() {
        return agents().stream().flatMap(agent -> report(agent).path("replicas").valueStream());
    }

    List<JsonNode> liveReplicas() {
        return replicas().filter(LocalCluster::isLive).toList();
    }

    List<JsonNode> ready(String model) {
        return replicas(model)
                .filter(replica -> replica.path("state").asString().equals("READY"))
                .toList();
    }

    /** A counter of all agents together; each has it. */
    double total(String counter) {
        return agents().stream().mapToDouble(agent -> counter(agent, counter)).sum();
    }

    private double counter(Process process, String name) {
        URI page =
                URI.create("http://127.0.0.1:" + process.managementPort() + "/actuator/prometheus");
        return send(HttpRequest.newBuilder(page))
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(process.name() + " has no " + name));
    }

    /** How long the newest replica took to load, by its agent. */
    Duration loadTime(String model) {
        return Duration.ofMillis(lastReplica(model).path("loadMillis").asLong());
    }

    /** The process of the one replica that answers, or of its agent. */
    long busy(String model, boolean agent) {
        for (Process process : agents()) {
            for (JsonNode replica : report(process).path("replicas")) {
                if (replica.path("model").asString().equals(model)
                        && replica.path("busy").asInt() > 0) {
                    return agent ? process.pid() : replica.path("pid").asLong();
                }
            }
        }
        throw new IllegalStateException(model + ": no replica is busy");
    }

    /** Processes of engines and RPC servers, by what the kernel says, not the agents. */
    List<Long> enginePids() {
        String id =
                OllamaClient.JSON
                        .readTree(read(home.resolve("cluster.json")))
                        .path("clusterId")
                        .asString();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(LocalCluster::alive)
                .filter(pid -> EngineState.environment(pid, "CARAVAN_CLUSTER_ID").equals(id))
                .filter(pid -> command(pid).matches("(?s).*(llama|rpc)-server.*"))
                .filter(pid -> !isShell(pid))
                .toList();
    }

    private Stream<JsonNode> replicas(String model) {
        return replicas().filter(replica -> replica.path("model").asString().equals(model));
    }

    /** The RPC servers that live, as their agents report them. */
    List<JsonNode> members() {
        return agents().stream()
                .flatMap(agent -> report(agent).path("members").valueStream())
                .filter(LocalCluster::isLive)
                .toList();
    }

    List<JsonNode> members(String model) {
        return members().stream()
                .filter(member -> member.path("model").asString().equals(model))
                .toList();
    }

    List<String> agentIds() {
        return agents().stream().map(agent -> report(agent).path("agentId").asString()).toList();
    }

    /** The log of the engine of a replica. */
    Path engineLog(String replicaId) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            return files.filter(file -> file.getFileName().toString().equals(replicaId + ".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Bytes of memory the kernel counts for a process. */
    static long resident(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid, "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    << 10;
        }
    }

    /** The newest replica of the model, as its agent reports it. */
    JsonNode lastReplica(String model) {
        return replicas(model)
                .min(
                        Comparator.comparing(
                                replica ->
                                        replica.path("state").asString().equals("READY") ? 0 : 1))
                .orElseThrow(() -> new IllegalStateException(model + " is on no agent"));
    }

    public Process agentOf(String model) {
        String replica = lastReplica(model).path("replicaId").asString();
        return agents().stream()
                .filter(agent -> report(agent).path("replicas").toString().contains(replica))
                .findFirst()
                .orElseThrow();
    }

    /** Copies the model's files to all agents. */
    void spread(String model) {
        Process holder = agentHolding(model);
        String digest = named(client.json("/api/tags"), model).path("digest").asString();
        ObjectNode fetch = OllamaClient.JSON.createObjectNode();
        fetch.put("name", model).put("digest", digest);
        fetch.putArray("holders").add("http://127.0.0.1:" + holder.port());
        for (Process agent : agents()) {
            String said = internal(agent, Routes.FETCH, Optional.of(fetch.toString()));
            if (!said.contains("success")) {
                throw new IllegalStateException(model + " to " + agent.name() + ": " + said);
            }
        }
    }

    /** Lets one agent alone pull a model over plain HTTP; the others know nothing of it. */
    void pullInto(Process agent, String model) {
        ObjectNode pull = OllamaClient.JSON.createObjectNode();
        pull.put("name", model).put("insecure", true);
        String said = internal(agent, Routes.PULL, Optional.of(pull.toString()));
        if (!said.contains("success")) {
            throw new IllegalStateException(model + " into " + agent.name() + ": " + said);
        }
    }

    /** The model as each agent that has it tells of it. */
    List<JsonNode> copies(String model) {
        return agents().stream()
                .flatMap(agent -> report(agent).path("models").valueStream())
                .filter(held -> held.path("name").asString().equals(model))
                .toList();
    }

    /** An agent that has an RPC server of the model. */
    Process agentLending(String model) {
        return agents().stream()
                .filter(
                        agent ->
                                report(agent)
                                        .path("members")
                                        .valueStream()
                                        .filter(LocalCluster::isLive)
                                        .anyMatch(
                                                member ->
                                                        member.path("model")
                                                                .asString()
                                                                .equals(model)))
                .findFirst()
                .orElseThrow();
    }

    Process agentHolding(String model) {
        return agents().stream()
                .filter(agent -> report(agent).path("models").toString().contains(model))
                .findFirst()
                .orElseThrow();
    }

    JsonNode report(Process agent) {
        return OllamaClient.JSON.readTree(internal(agent, Routes.REPORT, Optional.empty()));
    }

    /** Requests that wait inside the engine, by its own metrics. */
    long waitingInEngine(EngineState engine) {
        return engine.metric("llamacpp:requests_deferred");
    }

    /** The ids in the frames of one run, asked of the agent itself. */
    List<Integer> frameIds(String model, String prompt, int predict) {
        JsonNode replica = lastReplica(model);
        ObjectNode body = OllamaClient.JSON.createObjectNode();
        body.put("requestId", "frames").put("replicaId", replica.path("replicaId").asString());
        body.put("digest", replica.path("digest").asString()).put("model", model);
        body.put("prompt", prompt);
        ObjectNode options = body.putObject("options");
        options.put("predict", predict).put("seed", -1).put("topK", 40).put("topP", 0.9);
        options.put("minP", 0).put("typicalP", 1).put("repeatLastN", 64).put("temperature", 0);
        options.put("repeatPenalty", 1).put("presencePenalty", 0).put("frequencyPenalty", 0);
        options.put("keep", 4).putArray("stop");
        String lines = internal(agentOf(model), Routes.RUN, Optional.of(body.toString()));
        FrameCodec codec = new FrameCodec();
        return lines.lines()
                .map(line -> line.getBytes(UTF_8))
                .map(line -> codec.decode(line, 0, line.length))
                .filter(Frame.Piece.class::isInstance)
                .flatMapToInt(frame -> Arrays.stream(((Frame.Piece) frame).ids()))
                .boxed()
                .toList();
    }

    private String internal(Process process, String path, Optional<String> body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + path))
                        .header("Authorization", "Bearer " + token())
                        .header("Content-Type", "application/json");
        body.ifPresent(text -> request.POST(BodyPublishers.ofString(text)));
        return send(request);
    }

    private String send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString()).body();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private String token() {
        return new String(read(home.resolve("token")), UTF_8).strip();
    }

    int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / agents);
    }

    Path llamaServer() {
        return llamaServer(caravanHere("engine", "status"));
    }

    /** The folder of llama.cpp's programs on this machine. */
    public static Path engineFolder() {
        Path server = llamaServer(caravan(Path.of("target"), "engine", "status"));
        return Objects.requireNonNull(server.getParent());
    }

    private static Path llamaServer(Said status) {
        return status.text()
                .lines()
                .filter(line -> line.startsWith("server"))
                .map(line -> Path.of(line.substring(line.indexOf('/')).strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(status.text()));
    }

    // ---- processes

    /**
     * One more process of a kind, on a free port, with a data folder and a ready file of its own.
     *
     * @param settings in its environment
     */
    java.lang.Process another(String name, Path data, Path ready, Map<String, String> settings)
            throws IOException {
        long pid = process(name).pid();
        List<String> command =
                List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Path.of(data + ".log").toFile());
        for (String setting : Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0")) {
            int equals = setting.indexOf('=');
            builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        builder.environment().put("SERVER_PORT", "0");
        builder.environment().put("CARAVAN_DATA_DIR", Files.createDirectories(data).toString());
        builder.environment().put("CARAVAN_READY_FILE", ready.toString());
        builder.environment().putAll(settings);
        return builder.start();
    }

    /**
     * One more agent, which has engines of its own and a copy of the models in a folder.
     *
     * @param folder for all that is the agent's
     */
    OwnAgent ownAgent(Path folder, Path models) throws IOException {
        Path data = folder.resolve("own");
        copy(models, data.resolve("models"));
        return new OwnAgent(
                another(
                        "agent-1",
                        data,
                        folder.resolve("own.ready.json"),
                        Map.of("CARAVAN_WORKER_OLLAMA_URL", "")),
                data.resolve("models"));
    }

    record OwnAgent(java.lang.Process process, Path models) implements AutoCloseable {

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    /** How many agents hold the model; 0 while it is not listed. */
    long holders(String model) {
        return client.json("/api/tags")
                .path("models")
                .valueStream()
                .filter(entry -> entry.path("name").asString().equals(model))
                .mapToLong(entry -> entry.path("caravan").path("holders").size())
                .sum();
    }

    /** A folder with all that is in it. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** The port in a ready file; 0 where there is none yet. */
    static int port(Path ready) {
        return Files.exists(ready)
                ? OllamaClient.JSON.readTree(read(ready)).path("port").asInt()
                : 0;
    }

    static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    static void kill(long pid) {
        signal("KILL", pid);
    }

    void awaitGone(long pid) {
        Awaitility.await("process " + pid + " is gone within " + SOON)
                .atMost(SOON)
                .until(() -> !alive(pid));
    }

    /** The leash of an engine has its command too. */
    private static boolean isShell(long pid) {
        try {
            Path program = Path.of("/proc/" + pid, "exe").toRealPath();
            return program.getFileName().toString().endsWith("sh");
        } catch (IOException gone) {
            return true;
        }
    }

    static boolean alive(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).matches("(?s).*\\) Z .*");
        } catch (IOException gone) {
            return false;
        }
    }

    /** A llama-server that this agent started, 0 where there is none. */
    long childEngine(long agent) {
        return ProcessHandle.of(agent).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(child -> command(child.pid()).contains("llama-server"))
                .filter(child -> !command(child.pid()).contains("leash"))
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElse(0);
    }

    /** The watchers that hold an engine's leash: its children that are shells. */
    List<Long> leashesOf(long engine) {
        return ProcessHandle.of(engine).stream()
                .flatMap(ProcessHandle::children)
                .filter(child -> command(child.pid()).contains("leash"))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String command(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }

    static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** No process carries the id of the cluster whose state lies in {@code home}. */
    static void assertNothingRuns(Path home) {
        Path file = home.resolve("cluster.json");
        if (!Files.exists(file)) {
            return;
        }
        String id = OllamaClient.JSON.readTree(read(file)).path("clusterId").asString();
        Awaitility.await("no process of cluster " + id)
                .atMost(SOON)
                .until(
                        () ->
                                ProcessHandle.allProcesses()
                                        .filter(process -> alive(process.pid()))
                                        .filter(
                                                process ->
                                                        EngineState.environment(
                                                                        process.pid(),
                                                                        "CARAVAN_CLUSTER_ID")
                                                                .equals(id))
                                        .map(
                                                process ->
                                                        process.pid()
                                                                + " "
                                                                + command(process.pid()))
                                        .toList()
                                        .isEmpty());
    }

    /** Takes away what Redis keeps on its disk; it must not be running. */
    void emptyRedisDisk() {
        delete(home.resolve("data").resolve("redis"));
    }

    /** One command to the cluster's Redis, over its own protocol. */
    String redis(String... command) {
        int port = process("redis").port();
        StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
        for (String word : command) {
            request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.toString().getBytes(UTF_8));
            byte[] answer = new byte[65536];
            return new String(answer, 0, Math.max(0, socket.getInputStream().read(answer)), UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path visited, @org.jspecify.annotations.Nullable IOException failed)
                                throws IOException {
                            Files.delete(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        for (Process process : processes()) {
            signal("CONT", process.pid());
        }
        Said down = caravan("down");
        if (down.exit() != 0) {
            throw new IllegalStateException("down ended with " + down.exit() + ":\n" + down.text());
        }
        assertNothingRuns(home);
    }
}
