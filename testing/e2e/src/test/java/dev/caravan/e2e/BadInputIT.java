package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input gets a message that names the value and the way out, and leaves nothing behind. */
@AloneOnSharedCluster
@Order(0)
class BadInputIT {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/generate | {\"model\":\"no-such-model\",\"prompt\":\"x\"} | 404 | model 'no-such-model' not found",
                "/api/chat | {\"model\":\"no-such-model\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | 404 | model 'no-such-model' not found",
                "/api/chat | {} | 400 | model is required",
                "/api/generate | {\"model\" | 400 | unexpected",
                "/api/generate | '' | 400 | missing request body",
                "/api/generate | {\"model\":7} | 400 | GenerateRequest.model",
                "/api/generate | {\"model\":\"a b c\",\"prompt\":\"x\"} | 400 | invalid model name",
                "/api/show | {\"model\":\"no-such-model\"} | 404 | model 'no-such-model:latest' not found",
                "/api/create | {\"model\":\"x\"} | 400 | neither 'from' or 'files' was specified"
            })
    void isAnsweredAsOllamaWould(
            String path, String body, int status, String text, LocalCluster cluster) {
        HttpResponse<String> answer = cluster.client().raw("POST", path, body);

        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(text);
    }

    @Test
    void wrongOptionTypesAreNamed(LocalCluster cluster) {
        HttpResponse<String> answer =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/generate",
                                "{\"model\":\"%s\",\"prompt\":\"x\",\"options\":{\"temperature\":\"hot\"}}"
                                        .formatted(cluster.demoModel()));

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("option \\\"temperature\\\" must be of type float32");
    }

    @Test
    void aCutOffGgufIsRefusedByNameAndNotKept(LocalCluster cluster) throws Exception {
        Path whole = cluster.fixtureFile();
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, bytes.length / 2));

        LocalCluster.Said said = cluster.caravan("import", "cut-model", cut.toString());

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.text()).containsIgnoringCase("cut").doesNotContain("\tat ");
        assertThat(cluster.client().get("/api/tags").body()).doesNotContain("cut-model");
    }

    @Test
    void aFileThatIsNoGgufIsRefusedByTheClusterToo(LocalCluster cluster) throws Exception {
        byte[] bytes =
                "PK and so on, certainly not a model"
                        .repeat(50)
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String digest = LocalCluster.sha256(bytes);

        HttpResponse<String> upload =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/blobs/sha256:" + digest,
                                new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
        HttpResponse<String> create =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/create",
                                "{\"model\":\"no-gguf\",\"stream\":false,\"files\":{\"m.gguf\":\"sha256:%s\"}}"
                                        .formatted(digest));

        assertThat(upload.statusCode()).isEqualTo(201);
        assertThat(create.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(create.body()).contains("GGUF");
        assertThat(cluster.client().get("/api/tags").body()).doesNotContain("no-gguf");
    }

    @Test
    void aBlobWithAnotherDigestIsRefusedAndNotKept(LocalCluster cluster) {
        String digest = "sha256:" + "ab".repeat(32);

        HttpResponse<String> upload =
                cluster.client().raw("POST", "/api/blobs/" + digest, "other bytes");
        HttpResponse<String> head = cluster.client().raw("HEAD", "/api/blobs/" + digest, "");

        assertThat(upload.statusCode()).isEqualTo(400);
        assertThat(upload.body()).contains("digest mismatch").contains(digest);
        assertThat(head.statusCode()).isEqualTo(404);
        assertThat(cluster.partialBlobs()).isEmpty();
    }

    @Test
    void kQuantsWantWidthsTheyCanUse(LocalCluster cluster) {
        LocalCluster.Said said =
                cluster.caravan("fixture", "odd", "--width", "128", "--type", "Q4_K_M");

        assertThat(said.exit()).isNotZero();
        assertThat(said.text()).contains("128").contains("256");
    }

    @Test
    void aTakenPortIsNamedWithItsOwnerAndTheFlag() throws Exception {
        try (ServerSocket taken =
                new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            LocalCluster.Said said =
                    LocalCluster.caravan(
                            folder.resolve("home"),
                            "up",
                            "--gateway-port",
                            "" + taken.getLocalPort(),
                            "--registry-port",
                            "0");

            assertThat(said.exit()).isNotZero();
            assertThat(said.text())
                    .contains("" + taken.getLocalPort())
                    .contains("" + ProcessHandle.current().pid())
                    .contains("--gateway-port");
        }
        LocalCluster.assertNothingRuns(folder.resolve("home"));
    }

    @Test
    void aRedisThatIsNotThereIsNamed() {
        LocalCluster.Said said =
                LocalCluster.caravan(
                        folder.resolve("home"),
                        java.util.Map.of("CARAVAN_REDIS", "redis://127.0.0.1:1"),
                        "up",
                        "--gateway-port",
                        "0",
                        "--registry-port",
                        "0");

        assertThat(said.exit()).isNotZero();
        assertThat(said.text()).contains("127.0.0.1:1").contains("CARAVAN_REDIS");
        LocalCluster.assertNothingRuns(folder.resolve("home"));
    }

    @Test
    void anEngineThatIsNotThereIsNamed() {
        LocalCluster.Said said =
                LocalCluster.caravan(
                        folder.resolve("home"),
                        java.util.Map.of("CARAVAN_ENGINE_DIR", folder.resolve("empty").toString()),
                        "up",
                        "--gateway-port",
                        "0",
                        "--registry-port",
                        "0");

        assertThat(said.exit()).isNotZero();
        assertThat(said.text()).contains("empty").contains("CARAVAN_ENGINE_DIR");
        LocalCluster.assertNothingRuns(folder.resolve("home"));
    }

    @Test
    void noJdkIsSaidInOneLine() {
        LocalCluster.Said said =
                LocalCluster.caravan(
                        folder.resolve("home"),
                        java.util.Map.of(
                                "CARAVAN_JAVA_HOME", "",
                                "JAVA_HOME", "",
                                "PATH", "/usr/bin:/bin",
                                "CARAVAN_JDK_FOLDERS", folder.toString()),
                        "status");

        assertThat(said.exit()).isNotZero();
        assertThat(said.text().strip().lines()).hasSize(1);
        assertThat(said.text()).contains("JDK 25").contains("CARAVAN_JAVA_HOME");
    }
}
