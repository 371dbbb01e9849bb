package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.e2e.conformance.Suite;
import dev.caravan.e2e.conformance.Target;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The same suite against whatever {@code -Dollama.url} names, by {@code -Pconformance}. */
@Tag("conformance")
class OllamaConformanceIT {

    private static final String MODEL = "caravan-conformance:latest";

    @TempDir Path folder;

    @TestFactory
    Stream<DynamicNode> theServerAtThatAddress() throws Exception {
        String url = System.getProperty("ollama.url", "");
        assertThat(url).as("-Dollama.url (expected: such as http://host:11434)").startsWith("http");
        URI base = URI.create(url);
        String model = System.getProperty("ollama.model", "");
        return Suite.tests(
                new Target(
                        base, model.isEmpty() ? upload(new OllamaClient(base)) : model, Map.of()));
    }

    /** A small model of random weights, sent there as any client would. */
    private String upload(OllamaClient client) throws IOException {
        Path file = folder.resolve("model.gguf");
        new FixtureWriter().write(RandomModel.named("conformance"), file);
        byte[] bytes = Files.readAllBytes(file);
        String digest = "sha256:" + LocalCluster.sha256(bytes);
        HttpResponse<String> blob = client.upload("/api/blobs/" + digest, bytes);
        assertThat(blob.statusCode()).as(blob.body()).isIn(200, 201);
        HttpResponse<String> created =
                client.raw(
                        "POST",
                        "/api/create",
                        "{\"model\":\"%s\",\"files\":{\"model.gguf\":\"%s\"},\"stream\":false}"
                                .formatted(MODEL, digest));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        return MODEL;
    }
}
