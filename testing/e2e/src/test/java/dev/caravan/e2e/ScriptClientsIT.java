package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testkit.TestRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** ollama-python and ollama-js, with nothing but the base URL changed. */
@AloneOnSharedCluster
class ScriptClientsIT {

    private static final String TEXT = ClientModels.TEXT;
    private static final String CALLED = "[[\"get_weather\",{\"city\":\"Paris\"}]]";
    private static final List<String> REFUSED = List.of("404", "model 'no-such-model' not found");

    @TempDir private Path folder;
    private final TestRegistry registry = TestRegistry.start();

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void ollamaPython(LocalCluster cluster) throws IOException {
        String pulled = ClientModels.pulled(cluster, registry, folder);

        JsonNode seen = ScriptClients.python(ClientModels.told(cluster, pulled));

        JsonNode sync = seen.path("sync");
        talks(sync, ClientModels.talking(cluster));
        handlesModels(sync);
        assertThat(sync.path("counted").asBoolean()).isTrue();
        JsonNode async = seen.path("async");
        assertThat(async.path("whole").asString()).isEqualTo(TEXT);
        assertThat(async.path("streamed").asString()).isEqualTo(TEXT);
        assertThat(strings(async.path("listed"))).contains(ClientModels.talking(cluster));
        assertThat(async.path("shown").asString()).isEqualTo("gguf");
        assertThat(strings(async.path("at once"))).hasSize(4).containsOnly(TEXT);
        callsTools(async);
        ClientModels.requireStructured(async.path("structured").asString());
        changesModels(async);
        nothingRunsOn(cluster);
    }

    @Test
    void ollamaJs(LocalCluster cluster) throws IOException {
        String pulled = ClientModels.pulled(cluster, registry, folder);

        JsonNode seen = ScriptClients.node(ClientModels.told(cluster, pulled));

        talks(seen, ClientModels.talking(cluster));
        handlesModels(seen);
        assertThat(seen.path("aborted").asString()).isEqualTo("AbortError");
        nothingRunsOn(cluster);
    }

    private static void talks(JsonNode seen, String model) {
        assertThat(seen.path("whole").asString()).isEqualTo(TEXT);
        assertThat(seen.path("generated").asString()).isEqualTo(TEXT);
        assertThat(seen.path("streamed").asString()).isEqualTo(TEXT);
        assertThat(seen.path("reason").asString()).isEqualTo("stop");
        assertThat(strings(seen.path("listed"))).contains(model);
        assertThat(strings(seen.path("running"))).contains(model);
        assertThat(seen.path("shown").asString()).isEqualTo("gguf");
        assertThat(strings(seen.path("refused"))).isEqualTo(REFUSED);
        callsTools(seen);
        ClientModels.requireStructured(seen.path("structured").asString());
        ClientModels.requireStructured(seen.path("structured in parts").asString());
    }

    private static void callsTools(JsonNode seen) {
        assertThat(seen.path("called")).hasToString(CALLED);
        assertThat(seen.path("called in parts")).hasToString(CALLED);
        assertThat(seen.path("after the tool").asString()).isEqualTo(TEXT);
    }

    private static void handlesModels(JsonNode seen) {
        assertThat(seen.path("old vector").asInt()).isEqualTo(seen.path("vectors").path(0).asInt());
        assertThat(seen.path("made").asString()).isEqualTo("success");
        assertThat(seen.path("said by the copy").asString()).isEqualTo(TEXT);
        assertThat(seen.path("pulled").asString()).isEqualTo("success");
        assertThat(seen.path("pulled bytes").path(0).asLong())
                .isPositive()
                .isEqualTo(seen.path("pulled bytes").path(1).asLong());
        changesModels(seen);
    }

    private static void changesModels(JsonNode seen) {
        assertThat(seen.path("vectors")).hasSize(2);
        assertThat(seen.path("vectors").path(0).asInt()).isPositive();
        assertThat(strings(seen.path("made in parts"))).endsWith("writing manifest", "success");
        assertThat(seen.path("copied").asString()).isEqualTo("success");
        assertThat(strings(seen.path("deleted"))).containsExactly("success", "success");
        assertThat(strings(seen.path("pulled in parts")))
                .startsWith("pulling manifest")
                .endsWith("verifying sha256 digest", "writing manifest", "success");
    }

    /** A client that left took its request along. */
    private static void nothingRunsOn(LocalCluster cluster) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                cluster.client()
                                        .json("/api/distributed/requests")
                                        .path("requests")
                                        .isEmpty());
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }
}
