package dev.caravan.engine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a llama-server on loopback the few things that tell whether it works. */
final class EngineClient implements AutoCloseable {

    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String key;

    EngineClient(int port, String key) {
        this.base = "http://127.0.0.1:" + port;
        this.key = key;
    }

    /** Whether the model is loaded: some builds listen before that. */
    boolean isHealthy() {
        try {
            send(HttpRequest.newBuilder().GET(), "/health");
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Makes one token; an answer without one is an error. */
    void completeOneToken() throws IOException {
        JsonNode answer =
                send(
                        HttpRequest.newBuilder()
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"prompt\":\"a\",\"n_predict\":1,\"temperature\":0}")),
                        "/completion");
        if (answer.path("tokens_predicted").asInt(0) < 1) {
            throw new IOException("/completion: " + answer + " (expected: one token)");
        }
    }

    /** The build as {@code /props} tells it. */
    String buildInfo() throws IOException {
        return send(HttpRequest.newBuilder().GET(), "/props").path("build_info").asString("");
    }

    @Override
    public void close() {
        http.close();
    }

    private JsonNode send(HttpRequest.Builder request, String path) throws IOException {
        try {
            HttpResponse<String> response =
                    http.send(
                            request.uri(URI.create(base + path))
                                    .timeout(REQUEST_LIMIT)
                                    .header("Authorization", "Bearer " + key)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(
                        "%s: %d %s (expected: 200)"
                                .formatted(path, response.statusCode(), response.body()));
            }
            return MAPPER.readTree(response.body());
        } catch (JacksonException e) {
            throw new IOException(path + ": not JSON", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(path + ": interrupted", e);
        }
    }
}
