package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The manifests of a {@link TestRegistry}, by {@code namespace/model:tag}. */
final class RegistryManifests {

    private static final String TYPE = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String LAYER = "application/vnd.ollama.image.";

    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();

    void put(String model, byte[] bytes) {
        manifests.put(model, bytes);
    }

    Optional<byte[]> get(String model) {
        return Optional.ofNullable(manifests.get(model));
    }

    static String layer(String kind, String digest, int size) {
        return "{\"mediaType\":\"%s%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(LAYER, kind, digest, size);
    }

    /** With spaces as no writer of ours would put them: the bytes must stay as they are. */
    static byte[] of(String config, int configSize, List<String> layers) {
        return "{ \"schemaVersion\": 2, \"mediaType\": \"%s\",\n \"config\": {\"mediaType\": \"application/vnd.docker.container.image.v1+json\", \"digest\": \"%s\", \"size\": %d}, \"layers\": [%s] }"
                .formatted(TYPE, config, configSize, String.join(", ", layers))
                .getBytes(UTF_8);
    }

    boolean answer(HttpExchange exchange, String path) throws IOException {
        String model = path.substring("/v2/".length()).replace("/manifests/", ":");
        if (exchange.getRequestMethod().equals("PUT")) {
            put(model, exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(201, -1);
            return true;
        }
        byte[] bytes = manifests.get(model);
        if (bytes == null) {
            return false;
        }
        exchange.getResponseHeaders().set("Content-Type", TYPE);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        return true;
    }
}
