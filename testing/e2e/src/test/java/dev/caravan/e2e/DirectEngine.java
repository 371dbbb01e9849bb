package dev.caravan.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The oracle: a {@code llama-server} of its own, one request at a time, no Caravan near it. */
final class DirectEngine implements AutoCloseable {

    /** The switches of the policy {@code exact}, as the engine's documentation names them. */
    static final List<String> EXACT = List.of("-fa", "off", "--no-repack");

    private static final Pattern LISTENING =
            Pattern.compile("listening on (http://127\\.0\\.0\\.1:\\d+)");

    record Told(String text, List<Integer> ids) {}

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final URI base;

    DirectEngine(Path server, Path model, int threads, List<String> switches, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(server.toString(), "-m", model.toString()));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0"));
        command.addAll(List.of("-c", "8192", "-np", "1", "-no-kvu", "-fit", "off", "--offline"));
        command.addAll(List.of("-t", "" + threads, "-tb", "" + threads, "--no-ui"));
        command.addAll(switches);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("GGML_NO_BACKTRACE", "1");
        if (switches.contains("--no-repack")) {
            builder.environment().put("GGML_CPU_TILED_MM", "0");
        }
        process = builder.start();
        base =
                URI.create(
                        Awaitility.await("the oracle listens")
                                .atMost(Duration.ofSeconds(60))
                                .until(() -> listening(log), address -> !address.isEmpty()));
        Awaitility.await("the oracle is ready")
                .atMost(Duration.ofSeconds(60))
                .until(() -> call("/health", null).path("status").asString("").equals("ok"));
    }

    private String listening(Path log) throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("oracle ended: " + Files.readString(log));
        }
        Matcher matcher = LISTENING.matcher(Files.readString(log));
        return matcher.find() ? matcher.group(1) : "";
    }

    /** What the model says after {@code prompt} as it stands, at temperature 0. */
    Told complete(String prompt, int predict) {
        ObjectNode body = OllamaClient.JSON.createObjectNode();
        body.put("prompt", prompt);
        body.put("n_predict", predict).put("temperature", 0).put("cache_prompt", false);
        // Ollama's sampling values; at temperature 0 only the penalties could matter
        body.put("top_k", 40).put("top_p", 0.9).put("min_p", 0.0).put("repeat_penalty", 1.0);
        body.put("return_tokens", true);
        JsonNode answer = call("/completion", body);
        List<Integer> ids = answer.path("tokens").valueStream().map(JsonNode::asInt).toList();
        return new Told(answer.path("content").asString(), ids);
    }

    /** The prompt that the engine's own template makes of one user message. */
    String template(String content) {
        ObjectNode body = OllamaClient.JSON.createObjectNode();
        ArrayNode messages = body.putArray("messages");
        messages.addObject().put("role", "user").put("content", content);
        return call("/apply-template", body).path("prompt").asString();
    }

    private JsonNode call(String path, @org.jspecify.annotations.Nullable JsonNode body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofMinutes(2));
        if (body != null) {
            request.POST(BodyPublishers.ofString(body.toString()));
        }
        try {
            return OllamaClient.JSON.readTree(
                    http.send(request.build(), BodyHandlers.ofString()).body());
        } catch (IOException failed) {
            throw new IllegalStateException("oracle " + path, failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
