package dev.caravan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.e2e.OllamaClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.BiFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asks for tokens as a stream and takes the times; the same client for both ends compared. */
final class TokenClient {

    record Times(double firstMillis, double wholeMillis) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI uri;
    private final String authorization;
    private final BiFunction<String, Integer, ObjectNode> body;

    private TokenClient(
            URI uri, String authorization, BiFunction<String, Integer, ObjectNode> body) {
        this.uri = uri;
        this.authorization = authorization;
        this.body = body;
    }

    /**
     * @param base of a llama-server, or of what passes its bytes on
     */
    static TokenClient ofEngine(URI base, String key) {
        return new TokenClient(
                base.resolve("/completion"),
                "Bearer " + key,
                (prompt, tokens) ->
                        JSON.createObjectNode()
                                .put("prompt", prompt)
                                .put("n_predict", tokens)
                                .put("temperature", 0)
                                .put("stream", true));
    }

    static TokenClient ofGateway(URI gateway, String model) {
        return new TokenClient(
                gateway.resolve("/api/generate"),
                "none",
                (prompt, tokens) -> OllamaClient.generate(model, prompt, tokens).put("raw", true));
    }

    Times ask(String prompt, int tokens) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .header("Authorization", authorization)
                        .POST(BodyPublishers.ofString(body.apply(prompt, tokens).toString()))
                        .build();
        long begun = System.nanoTime();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        long first = 0;
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (first == 0 && !line.isEmpty()) {
                    first = System.nanoTime();
                }
                last = line;
            }
        }
        if (response.statusCode() != 200) {
            throw new IOException("%s answered %d: %s".formatted(uri, response.statusCode(), last));
        }
        return new Times((first - begun) / 1e6, (System.nanoTime() - begun) / 1e6);
    }
}
