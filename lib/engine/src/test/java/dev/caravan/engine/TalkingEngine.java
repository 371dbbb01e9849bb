package dev.caravan.engine;

import static org.awaitility.Awaitility.await;

import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real engine with a model, whole or split over rpc-servers, and its streamed answers. */
final class TalkingEngine implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final long LOG_BYTES = 1024 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ProcessLauncher launcher;
    private final Path folder;
    private final int port;

    /**
     * @param layers of each rpc-server, the output layer included; none: the engine is whole
     */
    TalkingEngine(EngineInstallation engine, Path model, Path folder, int... layers)
            throws IOException {
        this.folder = folder;
        this.launcher = ProcessLauncher.open(folder.resolve("run"));
        try {
            List<String> command =
                    new ArrayList<>(List.of(engine.server().toString(), "-m", model.toString()));
            command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "-c", "2048"));
            command.addAll(List.of("-np", "1", "-t", "1", "-fit", "off", "--no-ui", "--offline"));
            command.addAll(List.of("--sse-ping-interval", "1"));
            if (layers.length > 0) {
                List<String> members = new ArrayList<>();
                for (int i = 0; i < layers.length; i++) {
                    members.add("127.0.0.1:" + member(engine, i));
                }
                command.addAll(List.of("--rpc", String.join(",", members), "-ngl", "99", "-ts"));
                command.add(
                        String.join(",", Stream.of(boxed(layers)).map(String::valueOf).toList()));
            }
            LeashedProcess server = start("server", command);
            await().atMost(READY_WITHIN)
                    .until(() -> EngineLog.httpPort(server.lastLines(1000)).isPresent());
            port = EngineLog.httpPort(server.lastLines(1000)).orElseThrow();
            await().atMost(READY_WITHIN).until(this::healthy);
        } catch (IOException | RuntimeException failed) {
            launcher.close();
            throw failed;
        }
    }

    /** The events of a streamed answer, without what frames them. */
    List<JsonNode> events(String path, String body) throws IOException, InterruptedException {
        // one connection a request: the engine ends them when it likes, and a POST is not repeated
        try (HttpClient http = client()) {
            HttpResponse<Stream<String>> answer =
                    http.send(
                            request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                            HttpResponse.BodyHandlers.ofLines());
            List<String> said = answer.body().toList();
            if (answer.statusCode() != 200) {
                throw new IOException(answer.statusCode() + " " + said);
            }
            return said.stream()
                    .filter(line -> line.startsWith("data: {"))
                    .map(line -> JSON.readTree(line.substring("data: ".length())))
                    .toList();
        }
    }

    @Override
    public void close() {
        launcher.close();
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private int member(EngineInstallation engine, int number) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        start(
                "rpc-" + number,
                List.of(
                        engine.rpcServer().orElseThrow().toString(),
                        "-H",
                        "127.0.0.1",
                        "-p",
                        "" + free,
                        "-t",
                        "1"));
        await().atMost(READY_WITHIN)
                .ignoreExceptions()
                .until(
                        () -> {
                            new Socket("127.0.0.1", free).close();
                            return true;
                        });
        return free;
    }

    private LeashedProcess start(String name, List<String> command) throws IOException {
        return launcher.start(
                new ProcessSpec(
                        command, Map.of(), folder, folder.resolve(name + ".log"), LOG_BYTES));
    }

    private boolean healthy() throws InterruptedException {
        try (HttpClient http = client()) {
            return http.send(request("/health").build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofMinutes(1));
    }

    private static Integer[] boxed(int[] numbers) {
        return Arrays.stream(numbers).boxed().toArray(Integer[]::new);
    }
}
