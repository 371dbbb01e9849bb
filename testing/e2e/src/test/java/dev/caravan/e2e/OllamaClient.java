package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A plain HTTP client of the Ollama API; it knows nothing of Caravan. */
public final class OllamaClient {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI base;

    OllamaClient(URI base) {
        this.base = base;
    }

    public URI base() {
        return base;
    }

    public static ObjectNode generate(String model, String prompt, int predict) {
        ObjectNode body = JSON.createObjectNode().put("model", model).put("prompt", prompt);
        body.putObject("options").put("num_predict", predict).put("temperature", 0);
        return body;
    }

    static ObjectNode chat(String model, String content, int predict) {
        ObjectNode body = JSON.createObjectNode().put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", content);
        body.putObject("options").put("num_predict", predict).put("temperature", 0);
        return body;
    }

    public Answer post(String path, JsonNode body) {
        return post(path, body, first -> {});
    }

    /** Reads line by line; {@code onFirst} runs when the first line is in the client's hands. */
    Answer post(String path, JsonNode body, Consumer<JsonNode> onFirst) {
        AtomicBoolean first = new AtomicBoolean(true);
        return post(
                request(path, body.toString()).build(),
                line -> {
                    if (first.getAndSet(false)) {
                        onFirst.accept(line);
                    }
                });
    }

    private Answer post(HttpRequest request, Consumer<JsonNode> onLine) {
        try {
            HttpResponse<java.io.InputStream> response =
                    http.send(request, BodyHandlers.ofInputStream());
            List<Answer.Line> lines = new ArrayList<>();
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    JsonNode json = JSON.readTree(line);
                    lines.add(new Answer.Line(Instant.now(), json));
                    onLine.accept(json);
                }
            }
            return new Answer(response.statusCode(), lines);
        } catch (IOException failed) {
            throw new UncheckedIOException(request.uri().toString(), failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    public CompletableFuture<Answer> postAsync(String path, JsonNode body) {
        return CompletableFuture.supplyAsync(() -> post(path, body), THREADS);
    }

    CompletableFuture<Answer> postAsync(String path, JsonNode body, String requestId) {
        HttpRequest request =
                request(path, body.toString()).header("X-Request-Id", requestId).build();
        return CompletableFuture.supplyAsync(() -> post(request, line -> {}), THREADS);
    }

    /** {@code onLine} runs with each line. */
    CompletableFuture<Answer> postAsync(String path, JsonNode body, Consumer<JsonNode> onLine) {
        HttpRequest request = request(path, body.toString()).build();
        return CompletableFuture.supplyAsync(() -> post(request, onLine), THREADS);
    }

    /** All bodies, so many at a time; answers in the order of bodies. */
    List<Answer> atOnce(int width, String path, List<ObjectNode> bodies) {
        List<Answer> answers = new ArrayList<>();
        for (int from = 0; from < bodies.size(); from += width) {
            List<CompletableFuture<Answer>> running =
                    bodies.subList(from, Math.min(from + width, bodies.size())).stream()
                            .map(body -> postAsync(path, body))
                            .toList();
            running.forEach(answer -> answers.add(answer.join()));
        }
        return answers;
    }

    /** Any body, as text: for requests that are wrong on purpose. */
    HttpResponse<String> raw(String method, String path, String body) {
        return send(
                HttpRequest.newBuilder(base.resolve(path))
                        .method(method, BodyPublishers.ofString(body))
                        .build());
    }

    HttpResponse<String> upload(String path, byte[] body) {
        return send(
                HttpRequest.newBuilder(base.resolve(path))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build());
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET().build());
    }

    JsonNode json(String path) {
        return JSON.readTree(get(path).body());
    }

    private HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofMinutes(5))
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(request.uri().toString(), failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
