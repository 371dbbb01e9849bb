package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks whether an Ollama answers at an address; takes no longer than a few seconds. */
final class OllamaProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int USUAL_PORT = 11434;
    private static final String HERE = "127.0.0.1";

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();

    /**
     * @param models that it lists
     * @param caravan it is a gateway of ours, which speaks the same language
     */
    record Found(String version, int models, boolean caravan) {}

    /**
     * The address that {@code OLLAMA_HOST} names, by Ollama's rules: scheme, port and path may be
     * left out, and an address to listen on everywhere is reached here.
     */
    static URI address(String host) {
        String given = host.strip();
        boolean plain = !given.contains("://");
        String text = plain ? "http://" + (given.startsWith(":") ? HERE : "") + given : given;
        try {
            URI uri = given.isEmpty() ? URI.create("http://" + HERE) : URI.create(text);
            String name = uri.getHost();
            if (name == null) {
                throw notOne(host);
            }
            int usual = plain ? USUAL_PORT : uri.getScheme().equals("https") ? 443 : 80;
            return URI.create(
                    "%s://%s:%d%s"
                            .formatted(
                                    uri.getScheme(),
                                    name.equals("0.0.0.0") || name.equals("[::]") ? HERE : name,
                                    uri.getPort() >= 0 ? uri.getPort() : usual,
                                    uri.getRawPath().replaceAll("/+$", "")));
        } catch (IllegalArgumentException broken) {
            throw notOne(host);
        }
    }

    private static CliException notOne(String host) {
        return new CliException(
                "OLLAMA_HOST: \"%s\" (expected: [http://]HOST[:PORT], or --no-adopt)"
                        .formatted(host));
    }

    /** Empty where nobody answers, or somebody else. */
    Optional<Found> look(URI address) {
        Optional<String> version =
                ask(address, "/api/version")
                        .map(answer -> answer.path("version"))
                        .filter(JsonNode::isString)
                        .map(JsonNode::stringValue);
        return version.map(
                text ->
                        new Found(
                                text,
                                ask(address, "/api/tags")
                                        .map(answer -> answer.path("models").size())
                                        .orElse(0),
                                ask(address, "/api/status")
                                        .filter(answer -> answer.path("cluster").isObject())
                                        .isPresent()));
    }

    private Optional<JsonNode> ask(URI address, String path) {
        try {
            HttpResponse<byte[]> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(address + path))
                                    .timeout(PATIENCE)
                                    .GET()
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            return answer.statusCode() == 200
                    ? Optional.of(WireJson.mapper().readTree(answer.body()))
                    : Optional.empty();
        } catch (IOException | JacksonException nobody) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while looking for an Ollama");
        }
    }
}
