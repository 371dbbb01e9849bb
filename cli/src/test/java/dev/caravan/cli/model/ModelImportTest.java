package dev.caravan.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.CliException;
import dev.caravan.cli.api.GatewayClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelImportTest {

    @TempDir private Path folder;

    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final AtomicReference<String> created = new AtomicReference<>("");
    private final List<String> said = new ArrayList<>();
    private String lastStatus = "success";
    private HttpServer server;
    private ModelImport models;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/blobs/", this::blob);
        server.createContext("/api/create", this::create);
        server.start();
        models =
                new ModelImport(
                        new GatewayClient("http://127.0.0.1:" + server.getAddress().getPort()),
                        said::add);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void sendsTheFilesBytesAndNamesThem() throws IOException {
        Path file = fixture("one.gguf", 1);

        models.send("tiny", file, Optional.of("exact"));

        String digest = "sha256:" + ModelImport.sha256(file);
        assertThat(blobs).containsOnlyKeys(digest);
        assertThat(blobs.get(digest)).isEqualTo(Files.readAllBytes(file));
        assertThat(created.get())
                .contains("\"model\":\"tiny\"")
                .contains("{\"one.gguf\":\"" + digest + "\"}")
                .contains("\"caravan\":{\"continuation\":\"exact\"}");
        assertThat(said).contains("writing manifest", "success");
        assertThat(said).anyMatch(line -> line.startsWith("sending one.gguf: 100 % of"));
    }

    @Test
    void sendsNothingThatTheClusterHas() throws IOException {
        Path file = fixture("one.gguf", 1);
        blobs.put("sha256:" + ModelImport.sha256(file), new byte[0]);

        models.send("tiny", file, Optional.empty());

        assertThat(blobs.values()).containsExactly(new byte[0]);
        assertThat(created.get()).doesNotContain("caravan");
    }

    @Test
    void sendsNothingOfAFileThatIsCutOff() throws IOException {
        Path whole = fixture("whole.gguf", 1);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.gguf");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1000));

        assertThatThrownBy(() -> models.send("tiny", cut, Optional.empty()))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cut.gguf: ")
                .hasMessageContaining("cut off");
        assertThat(blobs).isEmpty();
    }

    @Test
    void failsWhereTheModelWasNotMade() throws IOException {
        lastStatus = "writing manifest";
        Path file = fixture("one.gguf", 1);

        assertThatThrownBy(() -> models.send("tiny", file, Optional.empty()))
                .hasMessage("tiny: create ended with \"writing manifest\" (expected: success)");
    }

    @Test
    void makesTheSameFileOfTheSameNumbers() throws IOException {
        assertThat(ModelImport.sha256(fixture("one.gguf", 1)))
                .isEqualTo(ModelImport.sha256(fixture("two.gguf", 1)))
                .isNotEqualTo(ModelImport.sha256(fixture("three.gguf", 2)));
    }

    private Path fixture(String name, long seed) throws IOException {
        Path file = folder.resolve(name);
        Fixture.random("tiny", 1, 64, seed, FixtureType.F16)
                .write(
                        file,
                        () -> {
                            throw new IllegalStateException("F16 needs no quantizer");
                        });
        return file;
    }

    private void blob(HttpExchange exchange) throws IOException {
        String digest = exchange.getRequestURI().getPath().substring("/api/blobs/".length());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(blobs.containsKey(digest) ? 200 : 404, -1);
        } else {
            blobs.put(digest, exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(201, -1);
        }
        exchange.close();
    }

    private void create(HttpExchange exchange) throws IOException {
        created.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] lines =
                "{\"status\":\"parsing GGUF\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"%s\"}\n"
                        .formatted(lastStatus)
                        .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, lines.length);
        exchange.getResponseBody().write(lines);
        exchange.close();
    }
}
