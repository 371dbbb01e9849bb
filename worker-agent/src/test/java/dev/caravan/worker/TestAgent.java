package dev.caravan.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.engine.EngineFinder;
import dev.caravan.engine.EngineInstaller;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.OwnEventLoops;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Frame;
import dev.caravan.wire.FrameCodec;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A whole agent with the real engine, asked over HTTP; without a registry. */
final class TestAgent implements AutoCloseable {

    static final String TOKEN = "token-of-a-test";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final FrameCodec CODEC = new FrameCodec();

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final String clusterId;

    private TestAgent(ConfigurableApplicationContext context, String clusterId) {
        this.clusterId = clusterId;
        this.context = context;
        String port = context.getEnvironment().getProperty("local.server.port");
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    /**
     * Installs the engine where it is not there yet.
     *
     * @param settings further ones, as on the command line
     */
    static TestAgent start(Path folder, Neighbours neighbours, String... settings) {
        new EngineInstaller(EngineFinder.ofEnvironment()).install(System.out::println);
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--caravan.token=" + TOKEN,
                                "--caravan.data-dir=" + folder,
                                "--caravan.cluster-id=" + folder,
                                "--caravan.worker.cores=1",
                                "--eureka.client.enabled=false"));
        arguments.addAll(List.of(settings));
        return new TestAgent(
                new SpringApplicationBuilder(WorkerAgentApplication.class, OwnEventLoops.class)
                        .initializers(
                                (GenericApplicationContext started) ->
                                        started.registerBean(Neighbours.class, () -> neighbours))
                        .run(arguments.toArray(String[]::new)),
                folder.toString());
    }

    static TestAgent start(Path folder, String... settings) {
        return start(folder, _ -> List.of(), settings);
    }

    /** One that adopts an Ollama server, and sees changes there within a tenth of a second. */
    static TestAgent adopting(FakeOllama ollama, Path folder, String... settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--caravan.worker.ollama.url=" + ollama.url(),
                                "--caravan.worker.ollama.refresh=100ms"));
        all.addAll(List.of(settings));
        return start(folder, all.toArray(String[]::new));
    }

    /**
     * Puts a model into its store's folder and waits until it is seen.
     *
     * @param layers kind and blob of each
     */
    ModelDigest takes(String name, StoreFiles store, String[]... layers) throws IOException {
        byte[] manifest =
                store.manifest(
                        "registry.ollama.ai/library/" + name + "/latest", store.blob("{}"), layers);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                report().models().stream()
                                        .anyMatch(model -> model.name().startsWith(name)));
        return new ModelDigest(StoreFiles.sha256(manifest));
    }

    /** As SIGTERM does; comes back when the agent has ended. */
    void end() {
        context.close();
    }

    @Override
    public void close() {
        http.shutdownNow();
        context.close();
    }

    // The control side.

    AgentReport report() {
        HttpResponse<String> answer = send(request(Routes.REPORT).GET().build());
        return WireJson.mapper().readValue(answer.body(), AgentReport.class);
    }

    AgentReport.Replica replica(String id) {
        return report().replicas().stream()
                .filter(replica -> replica.replicaId().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no replica " + id + " in " + report()));
    }

    AgentReport.Replica await(String id, Predicate<AgentReport.Replica> condition) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> replica(id), condition);
    }

    HttpResponse<String> desire(long generation, DesiredEngines.Engine... engines) {
        return desire(generation, List.of(engines), List.of());
    }

    HttpResponse<String> desire(
            long generation,
            List<DesiredEngines.Engine> engines,
            List<DesiredEngines.Member> members) {
        DesiredEngines message = new DesiredEngines(1, generation, engines, members);
        return send(request(Routes.DESIRED).PUT(json(message)).build());
    }

    AgentReport.Member member(String id) {
        return report().lent().stream()
                .filter(member -> member.memberId().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no member " + id + " in " + report()));
    }

    AgentReport.Member awaitMember(String id, Predicate<AgentReport.Member> condition) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> member(id), condition);
    }

    int status(String path) {
        return send(request(path).GET().build()).statusCode();
    }

    HttpResponse<String> postText(String path, String body) {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    HttpResponse<String> post(String path, Object message) {
        return send(request(path).POST(json(message)).build());
    }

    // Models.

    /** Puts a random model into the agent's store, as the gateway would. */
    ModelDigest make(String name, long seed, Path folder) {
        try {
            Path file = folder.resolve("made-" + seed + ".gguf");
            new FixtureWriter().write(RandomModel.named(name).withSeed(seed), file);
            return make(name, Files.readAllBytes(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Its digest, {@code sha256:<hex>}. */
    String upload(byte[] blob) {
        String digest = "sha256:" + sha256(blob);
        send(
                request(Routes.BLOB.replace("{digest}", digest))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(blob))
                        .build());
        return digest;
    }

    ModelDigest make(String name, byte[] gguf) {
        String digest = upload(gguf);
        HttpResponse<String> made =
                post(Routes.CREATE, new CreateMessage(name, Map.of("m.gguf", digest), "exact"));
        if (!made.body().contains("success")) {
            throw new AssertionError(made.body());
        }
        return new ModelDigest(
                report().models().stream()
                        .filter(model -> model.name().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .digest());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static DesiredEngines.Engine engine(String id, String model, ModelDigest digest, int slots) {
        return new DesiredEngines.Engine(
                id, model, digest.hex(), 2048, slots, "exact", null, null, null);
    }

    /** Loads one replica of the model and waits until it answers. */
    AgentReport.Replica load(long generation, DesiredEngines.Engine engine) {
        desire(generation, engine);
        return await(engine.replicaId(), replica -> replica.state() == ReplicaState.READY);
    }

    // Runs.

    /** An answer that is being read; closing it is the client leaving. */
    record Answer(HttpResponse<InputStream> response, BufferedReader lines)
            implements AutoCloseable {

        @Nullable Frame next() {
            try {
                String line = lines.readLine();
                if (line == null) {
                    return null;
                }
                byte[] bytes = line.getBytes(UTF_8);
                return CODEC.decode(bytes, 0, bytes.length);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        Refusal refusal() {
            try {
                return WireJson.mapper().readValue(response.body().readAllBytes(), Refusal.class);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        List<Frame> all() {
            List<Frame> frames = new ArrayList<>();
            for (Frame frame = next(); frame != null; frame = next()) {
                frames.add(frame);
            }
            return frames;
        }

        @Override
        public void close() {
            try {
                response.body().close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    /** An endless answer, line by line. */
    record Lines(HttpResponse<InputStream> response, BufferedReader lines)
            implements AutoCloseable {

        <T> T next(Class<T> type) {
            try {
                return WireJson.mapper().readValue(lines.readLine(), type);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        @Override
        public void close() {
            try {
                response.body().close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    Lines lines(String path) {
        HttpResponse<InputStream> response = open(request(path).GET().build());
        return new Lines(
                response, new BufferedReader(new InputStreamReader(response.body(), UTF_8)));
    }

    Answer run(RunMessage message) {
        HttpResponse<InputStream> response = open(request(Routes.RUN).POST(json(message)).build());
        return new Answer(
                response, new BufferedReader(new InputStreamReader(response.body(), UTF_8)));
    }

    /**
     * Asks on a connection of its own and closes it some milliseconds later, whether or not there
     * is an answer by then. The JDK's client does not do: cancelled early it may keep the
     * connection open.
     */
    void leaveWithin(RunMessage message, int millis) throws IOException, InterruptedException {
        byte[] body = WireJson.mapper().writeValueAsBytes(message);
        try (Socket connection = new Socket(base.getHost(), base.getPort())) {
            connection
                    .getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                                    .formatted(Routes.RUN, base.getAuthority(), TOKEN, body.length)
                                    .getBytes(UTF_8));
            connection.getOutputStream().write(body);
            TimeUnit.MILLISECONDS.sleep(millis);
        }
    }

    private HttpResponse<InputStream> open(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    static RunMessage prompt(AgentReport.Replica replica, String text, int predict) {
        return message(replica, null, text, options(predict));
    }

    static RunMessage message(
            AgentReport.Replica replica,
            @Nullable List<RunMessage.Message> messages,
            @Nullable String prompt,
            RunMessage.Options options) {
        return new RunMessage(
                "test",
                replica.replicaId(),
                replica.digest(),
                replica.model(),
                messages,
                prompt,
                options,
                null);
    }

    /** Layers on this agent: of a member that it lends, or without one of the head itself. */
    DesiredEngines.Stage stage(@Nullable String member, int layers) {
        AgentReport report = report();
        return new DesiredEngines.Stage(report.agentId(), report.address(), member, layers);
    }

    static DesiredEngines.Engine split(
            String id, String model, ModelDigest digest, DesiredEngines.Stage... stages) {
        return new DesiredEngines.Engine(
                id, model, digest.hex(), 2048, 2, "exact", null, List.of(stages), null);
    }

    /** Greedy. */
    static RunMessage.Options options(int predict) {
        return new RunMessage.Options(
                predict, 1, 40, 0.9, 0, 1, 64, 0, 1, 0, 0, 4, List.of(), null, null);
    }

    // The engine itself.

    /** Asks the engine directly, with the key that it has in its environment. */
    String engine(AgentReport.Replica replica, String path, @Nullable String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://" + replica.engineAddress() + path))
                        .header("Authorization", "Bearer " + environment(replica, "LLAMA_API_KEY"));
        return send(body == null
                        ? request.GET().build()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body)).build())
                .body();
    }

    static String environment(AgentReport.Replica replica, String name) {
        return environment(replica.pid(), name).orElseThrow();
    }

    /** Empty also where the process has ended. */
    private static Optional<String> environment(long pid, String name) {
        try {
            String all = Files.readString(Path.of("/proc/" + pid + "/environ"));
            return Stream.of(all.split("\0"))
                    .filter(entry -> entry.startsWith(name + "="))
                    .map(entry -> entry.substring(name.length() + 1))
                    .findFirst();
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    /** Command lines of what this agent has started of the engine and what has not ended. */
    List<String> engines() {
        return ProcessHandle.current()
                .children()
                .filter(
                        child ->
                                environment(child.pid(), "CARAVAN_CLUSTER_ID")
                                        .filter(clusterId::equals)
                                        .isPresent())
                .flatMap(child -> child.info().commandLine().stream())
                .filter(line -> line.contains("llama-server") || line.contains("rpc-server"))
                .toList();
    }

    int working(AgentReport.Replica replica) {
        return engine(replica, "/slots", null).split("\"is_processing\":true", -1).length - 1;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .header("Authorization", "Bearer " + TOKEN);
    }

    private static HttpRequest.BodyPublisher json(Object message) {
        return HttpRequest.BodyPublishers.ofByteArray(WireJson.mapper().writeValueAsBytes(message));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }
}
