package dev.caravan.testkit;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A registry's uploads: begun, sent in pieces that must follow each other, ended with a digest. */
final class RegistryUploads {

    private final Map<String, ByteArrayOutputStream> open = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs;

    RegistryUploads(Map<String, byte[]> blobs) {
        this.blobs = blobs;
    }

    boolean answer(HttpExchange exchange) throws IOException {
        return switch (exchange.getRequestMethod()) {
            case "POST" -> begin(exchange);
            case "PATCH" -> take(exchange);
            case "PUT" -> end(exchange);
            default -> false;
        };
    }

    private boolean begin(HttpExchange exchange) throws IOException {
        String id = UUID.randomUUID().toString();
        open.put(id, new ByteArrayOutputStream());
        exchange.getResponseHeaders()
                .set("Location", exchange.getRequestURI().getPath() + id + "?state=0");
        exchange.sendResponseHeaders(202, -1);
        return true;
    }

    private boolean take(HttpExchange exchange) throws IOException {
        ByteArrayOutputStream upload = open.get(id(exchange));
        if (upload == null) {
            return false;
        }
        byte[] piece = exchange.getRequestBody().readAllBytes();
        String expected = "%d-%d".formatted(upload.size(), upload.size() + piece.length - 1);
        if (!expected.equals(exchange.getRequestHeaders().getFirst("Content-Range"))) {
            exchange.sendResponseHeaders(416, -1);
            return true;
        }
        upload.writeBytes(piece);
        exchange.getResponseHeaders()
                .set("Location", exchange.getRequestURI().getPath() + "?state=" + upload.size());
        exchange.sendResponseHeaders(202, -1);
        return true;
    }

    private boolean end(HttpExchange exchange) throws IOException {
        ByteArrayOutputStream upload = open.remove(id(exchange));
        if (upload == null) {
            return false;
        }
        String query =
                URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
        String digest = "sha256:" + TestRegistry.sha256(upload.toByteArray());
        boolean right = query.contains("digest=" + digest);
        if (right) {
            blobs.put(digest, upload.toByteArray());
        }
        exchange.sendResponseHeaders(right ? 201 : 400, -1);
        return true;
    }

    private static String id(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
