package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** ollama-python and ollama-js, with nothing but the base URL changed. */
@ExtendWith(SharedCluster.class)
class ScriptClientsIT {

    private static final String TEXT = "A caravan crosses the desert at night.";
    private static final List<String> REFUSED = List.of("404", "model 'no-such-model' not found");

    @Test
    void ollamaPython(LocalCluster cluster) throws IOException {
        String model = cluster.saying(TEXT);

        JsonNode seen = ScriptClients.python(url(cluster), model, endless(cluster));

        JsonNode sync = seen.path("sync");
        talks(sync, model);
        assertThat(sync.path("counted").asBoolean()).isTrue();
        JsonNode async = seen.path("async");
        assertThat(async.path("whole").asString()).isEqualTo(TEXT);
        assertThat(async.path("streamed").asString()).isEqualTo(TEXT);
        assertThat(strings(async.path("listed"))).contains(model);
        assertThat(async.path("shown").asString()).isEqualTo("gguf");
        assertThat(strings(async.path("at once"))).hasSize(4).containsOnly(TEXT);
        nothingRunsOn(cluster);
    }

    @Test
    void ollamaJs(LocalCluster cluster) throws IOException {
        String model = cluster.saying(TEXT);

        JsonNode seen = ScriptClients.node(url(cluster), model, endless(cluster));

        talks(seen, model);
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

    private static String endless(LocalCluster cluster) {
        return cluster.saying("on and on ", "--endless");
    }

    private static String url(LocalCluster cluster) {
        return cluster.client().base().toString();
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }
}
