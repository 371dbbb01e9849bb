package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a running llama-server says of itself, read past Caravan: its own {@code /slots}. */
public final class EngineState {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI base;
    private final String key;
    private final long pid;

    EngineState(String address, long pid) {
        this.base = URI.create("http://" + address);
        this.pid = pid;
        this.key = environment(pid, "LLAMA_API_KEY");
    }

    public URI base() {
        return base;
    }

    /** The key without which the engine answers nobody. */
    public String key() {
        return key;
    }

    public long pid() {
        return pid;
    }

    /** A variable out of the environment of a process of ours; empty where it has none. */
    static String environment(long pid, String name) {
        try {
            String all = Files.readString(Path.of("/proc/" + pid + "/environ"), UTF_8);
            return Arrays.stream(all.split("\0"))
                    .filter(entry -> entry.startsWith(name + "="))
                    .map(entry -> entry.substring(name.length() + 1))
                    .findFirst()
                    .orElse("");
        } catch (IOException gone) {
            return "";
        }
    }

    List<JsonNode> slots() {
        return get("/slots").valueStream().toList();
    }

    long busySlots() {
        return slots().stream().filter(slot -> slot.path("is_processing").asBoolean()).count();
    }

    /** Tokens decoded by all slots that are busy now. */
    int decoded() {
        return slots().stream()
                .filter(slot -> slot.path("is_processing").asBoolean())
                .mapToInt(slot -> slot.path("next_token").path(0).path("n_decoded").asInt())
                .sum();
    }

    JsonNode get(String path) {
        return OllamaClient.JSON.readTree(text(path));
    }

    /** One number out of the engine's metrics page. */
    public long metric(String name) {
        return text("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(
                        line -> Math.round(Double.parseDouble(line.substring(name.length() + 1))))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no metric " + name));
    }

    private String text(String path) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(base.resolve(path))
                            .timeout(Duration.ofSeconds(10))
                            .header("Authorization", "Bearer " + key)
                            .build();
            return HTTP.send(request, BodyHandlers.ofString()).body();
        } catch (IOException failed) {
            throw new IllegalStateException("engine " + base + path, failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
