package dev.caravan.cli.api;

import dev.caravan.cli.CliException;
import dev.caravan.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to a gateway as any Ollama client does. What the gateway refuses becomes a {@link
 * CliException} with the gateway's own words, {@link CliException#isTemporary temporary} where it
 * says so.
 */
public final class GatewayClient {

    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** For short questions; answers of a model take as long as they take. */
    private static final Duration SHORT_ANSWER = Duration.ofSeconds(10);

    private static final int UNAVAILABLE = 503;

    private static final JsonMapper MAPPER = WireJson.mapper();

    private final URI endpoint;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    public GatewayClient(String endpoint) {
        this.endpoint = URI.create(endpoint);
    }

    public String endpoint() {
        return endpoint.toString();
    }

    /** A short question. */
    public JsonNode get(String path) {
        return json(path, send(request(path).timeout(SHORT_ANSWER).GET()));
    }

    /** Replaces something and answers what holds now. */
    public JsonNode put(String path, Object body) {
        return json(
                path,
                send(
                        request(path)
                                .timeout(SHORT_ANSWER)
                                .header("Content-Type", "application/json")
                                .PUT(
                                        HttpRequest.BodyPublishers.ofByteArray(
                                                MAPPER.writeValueAsBytes(body)))));
    }

    /** A path with its query. */
    public static String path(String path, Map<String, String> query) {
        return path
                + query.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    /** As one segment of a path, or one value of a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Asks with a JSON body and hands on the lines of the answer as they come. */
    public void stream(String path, Object body, Consumer<JsonNode> line) {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        MAPPER.writeValueAsBytes(body)));
        HttpResponse<InputStream> answer = send(request);
        if (answer.statusCode() != 200) {
            throw refused(path, answer);
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                if (!text.isBlank()) {
                    JsonNode node = MAPPER.readTree(text);
                    if (node.hasNonNull("error")) {
                        throw new CliException(node.path("error").asString());
                    }
                    line.accept(node);
                }
            }
        } catch (IOException | JacksonException broken) {
            throw new CliException(
                    "%s%s: the answer broke off: %s".formatted(endpoint, path, broken.getMessage()),
                    broken);
        }
    }

    /** Whether the cluster has these bytes, by {@code sha256:<hex>}. */
    public boolean hasBlob(String digest) {
        String path = "/api/blobs/" + digest;
        HttpResponse<InputStream> answer =
                send(
                        request(path)
                                .timeout(SHORT_ANSWER)
                                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
        return switch (answer.statusCode()) {
            case 200 -> true;
            case 404 -> false;
            default -> throw refused(path, answer);
        };
    }

    public void uploadBlob(String digest, HttpRequest.BodyPublisher bytes) {
        String path = "/api/blobs/" + digest;
        HttpResponse<InputStream> answer = send(request(path).POST(bytes));
        if (answer.statusCode() != 200 && answer.statusCode() != 201) {
            throw refused(path, answer);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(endpoint.resolve(path));
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException failure) {
            throw new CliException(
                    "%s: %s (expected: a gateway); start one with: ./caravan up"
                            .formatted(endpoint, reason(failure)),
                    failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while asking " + request.uri());
        }
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null
                ? failure.getClass().getSimpleName()
                : failure.getMessage();
    }

    private JsonNode json(String path, HttpResponse<InputStream> answer) {
        if (answer.statusCode() != 200) {
            throw refused(path, answer);
        }
        try (InputStream body = answer.body()) {
            return MAPPER.readTree(body);
        } catch (IOException | JacksonException broken) {
            throw new CliException(
                    "%s%s: not an answer: %s".formatted(endpoint, path, broken.getMessage()),
                    broken);
        }
    }

    private CliException refused(String path, HttpResponse<InputStream> answer) {
        String text;
        try (InputStream body = answer.body()) {
            text = new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
            JsonNode node = text.startsWith("{") ? MAPPER.readTree(text) : MAPPER.nullNode();
            text = node.path("error").asString(text);
        } catch (IOException | JacksonException unreadable) {
            text = "no readable reason";
        }
        String said = "%s (HTTP %d of %s%s)".formatted(text, answer.statusCode(), endpoint, path);
        return answer.statusCode() == UNAVAILABLE
                ? CliException.temporary(said)
                : new CliException(said);
    }
}
