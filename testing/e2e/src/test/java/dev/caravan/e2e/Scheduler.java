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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** One of several scheduler processes of a cluster. */
record Scheduler(long pid, Path readyFile) {

    private static final HttpClient HTTP =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    /** The one that {@code up} has started. */
    static Scheduler own(LocalCluster cluster) {
        return new Scheduler(
                cluster.process("scheduler").pid(),
                cluster.home().resolve("run").resolve("scheduler.ready.json"));
    }

    /** Starts one more with the command and the settings of {@code other}, which must be alive. */
    static Scheduler beside(Scheduler other, String name, Path folder) throws IOException {
        Path proc = Path.of("/proc/" + other.pid());
        List<String> command = words(proc.resolve("cmdline"));
        Map<String, String> settings = new TreeMap<>();
        for (String entry : words(proc.resolve("environ"))) {
            int end = entry.indexOf('=');
            settings.put(entry.substring(0, end), entry.substring(end + 1));
        }
        Path ready = folder.resolve(name + ".ready.json");
        settings.put("SERVER_PORT", "0");
        settings.put("CARAVAN_READY_FILE", ready.toString());
        settings.put("CARAVAN_DATA_DIR", folder.resolve(name).toString());
        settings.put("LOGGING_FILE_NAME", folder.resolve(name + ".log").toString());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(name + ".out").toFile());
        builder.environment().clear();
        builder.environment().putAll(settings);
        return new Scheduler(builder.start().pid(), ready);
    }

    private static List<String> words(Path file) throws IOException {
        return List.of(Files.readString(file, UTF_8).split("\0"));
    }

    void awaitReady() {
        Awaitility.await("scheduler " + pid + " is ready")
                .atMost(Duration.ofSeconds(90))
                .until(() -> Files.exists(readyFile));
    }

    /** By its own metrics; a stopped or ended one leads nothing that could be seen. */
    boolean leads() {
        try {
            JsonNode ready = OllamaClient.JSON.readTree(Files.readAllBytes(readyFile));
            URI page =
                    URI.create(
                            "http://127.0.0.1:%d/actuator/prometheus"
                                    .formatted(ready.path("managementPort").asInt()));
            HttpRequest request =
                    HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(2)).build();
            return HTTP.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .anyMatch(line -> line.startsWith("caravan_leader{") && line.endsWith(" 1.0"));
        } catch (IOException gone) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
