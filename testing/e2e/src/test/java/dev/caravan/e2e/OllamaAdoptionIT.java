package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A cluster that adopts an Ollama server. No Ollama can be had here, so another cluster stands in
 * for it: its gateway speaks Ollama's API, and real engines answer behind it.
 */
@WithFaults
class OllamaAdoptionIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** A process starts and is found. */
    private static final Duration LATER = Duration.ofMinutes(2);

    private static final int PREDICT = 600;

    @TempDir private Path folder;

    @Test
    void anAdoptedOllamasModelsAnswerThroughTheClusterThatAdoptedIt(LocalCluster ollama)
            throws Exception {
        String model = ollama.fixture("F16", 1);
        try (LocalCluster cluster =
                LocalCluster.start(
                        folder.resolve("home"),
                        1,
                        Map.of("CARAVAN_WORKER_OLLAMA_URL", ollama.client().base().toString()))) {
            listsTheModelWithoutACopy(cluster, ollama, model);
            streamsWhatTheOllamaSays(cluster, ollama, model);
            passesOnItsRefusals(cluster, ollama, model);
            freesItsEngineWhenTheClientLeaves(cluster, ollama, model);
            unloadsItThere(cluster, ollama, model);
            endsInAnHonestLineWhereNobodyElseHasTheModel(cluster, ollama, model);
            goesOnAtAnEngineOfOurOwn(cluster, ollama, model);
        }
    }

    private static void endsInAnHonestLineWhereNobodyElseHasTheModel(
            LocalCluster cluster, LocalCluster ollama, String model) {
        Answer answer = killedAtTheFirstLine(cluster, ollama, model);

        assertThat(answer.error()).contains("broke off after", "could not be continued");
        assertThat(ollama.up().exit()).isZero();
    }

    private void goesOnAtAnEngineOfOurOwn(LocalCluster cluster, LocalCluster ollama, String model)
            throws Exception {
        Awaitility.await("the Ollama answers again, and is where the model is loaded")
                .atMost(LATER)
                .until(() -> says(cluster, model).status() == 200);
        Path models = ollama.modelFile(model).resolve("../..").normalize();
        try (var _ = cluster.ownAgent(folder, models)) {
            Awaitility.await("two agents hold the model")
                    .atMost(LATER)
                    .until(() -> cluster.holders(model) == 2);

            Answer answer = killedAtTheFirstLine(cluster, ollama, model);

            assertThat(answer.error()).isEmpty();
            JsonNode last = answer.last();
            assertThat(last.path("continued").path("times").asInt()).isEqualTo(1);
            assertThat(last.path("continued").path("exact").asBoolean()).isFalse();
            assertThat(last.path("eval_count").asInt()).isEqualTo(PREDICT);
        }
    }

    private static Answer says(LocalCluster cluster, String model) {
        return cluster.client().post("/api/generate", OllamaClient.generate(model, "x", 4));
    }

    private static Answer killedAtTheFirstLine(
            LocalCluster cluster, LocalCluster ollama, String model) {
        long server = ollama.process("gateway").pid();
        return cluster.client()
                .post(
                        "/api/chat",
                        OllamaClient.chat(model, "on and on", PREDICT),
                        first -> LocalCluster.kill(server));
    }

    private static void listsTheModelWithoutACopy(
            LocalCluster cluster, LocalCluster ollama, String model) {
        Awaitility.await("the model is listed")
                .atMost(SOON)
                .until(() -> cluster.client().json("/api/tags").toString().contains(model));
        JsonNode there = ollama.named(ollama.client().json("/api/tags"), model);
        JsonNode here = cluster.named(cluster.client().json("/api/tags"), model);
        for (String field : new String[] {"digest", "size", "details", "capabilities"}) {
            assertThat(here.path(field)).as(field).isEqualTo(there.path(field));
        }
        String question = "{\"model\":\"%s\"}".formatted(model);
        assertThat(shown(cluster, question)).isEqualTo(shown(ollama, question));
        JsonNode report = cluster.report(cluster.process("agent-1"));
        assertThat(cluster.named(report, model).path("engine").asString()).isEqualTo("ollama");
        assertThat(report.path("adopted").path(0).path("url").asString())
                .isEqualTo(ollama.client().base().toString());
    }

    private static JsonNode shown(LocalCluster cluster, String question) {
        return OllamaClient.JSON
                .readTree(cluster.client().raw("POST", "/api/show", question).body())
                .path("model_info");
    }

    private static void streamsWhatTheOllamaSays(
            LocalCluster cluster, LocalCluster ollama, String model) {
        ObjectNode prompt = OllamaClient.generate(model, ollama.randomText(), 48);
        ObjectNode chat = OllamaClient.chat(model, ollama.randomText(), 48);

        Answer direct = ollama.client().post("/api/generate", prompt);
        Answer adopted = cluster.client().post("/api/generate", prompt);
        assertThat(adopted.status()).as(adopted.lines().toString()).isEqualTo(200);
        assertThat(adopted.text()).isEqualTo(direct.text()).isNotEmpty();
        assertThat(adopted.pieces()).hasSizeGreaterThan(10);
        assertThat(adopted.last().path("eval_count")).isEqualTo(direct.last().path("eval_count"));
        assertThat(adopted.last().path("prompt_eval_count"))
                .isEqualTo(direct.last().path("prompt_eval_count"));
        assertThat(adopted.last().path("done_reason").asString()).isEqualTo("length");
        assertThat(Duration.between(adopted.firstAt(), adopted.lines().getLast().at()))
                .isPositive();

        assertThat(cluster.client().post("/api/chat", chat).text())
                .isEqualTo(ollama.client().post("/api/chat", chat).text())
                .isNotEmpty();
        assertThat(cluster.client().json("/api/ps").toString()).contains(model);
    }

    private static void passesOnItsRefusals(
            LocalCluster cluster, LocalCluster ollama, String model) {
        ObjectNode body =
                OllamaClient.generate(model, "x", 8)
                        .set("format", OllamaClient.JSON.readTree("{\"type\":\"bogus\"}"));

        HttpResponse<String> direct = ollama.client().raw("POST", "/api/generate", body.toString());
        HttpResponse<String> adopted =
                cluster.client().raw("POST", "/api/generate", body.toString());

        assertThat(direct.statusCode()).isEqualTo(400);
        assertThat(adopted.statusCode()).isEqualTo(400);
        assertThat(adopted.body()).isEqualTo(direct.body()).contains("bogus");
    }

    private static void freesItsEngineWhenTheClientLeaves(
            LocalCluster cluster, LocalCluster ollama, String model) throws Exception {
        EngineState engine = ollama.engine(model);
        ObjectNode body = OllamaClient.generate(model, ollama.randomText(), 3000);

        try (LeavingClient client =
                new LeavingClient(cluster.client().base(), "/api/generate", body)) {
            client.awaitFirstByte();
            Awaitility.await("the engine is busy")
                    .atMost(SOON)
                    .until(() -> engine.busySlots() == 1);
        }

        Awaitility.await("the engine's slot is free")
                .atMost(Duration.ofSeconds(5))
                .until(() -> engine.busySlots() == 0);
        assertThat(says(cluster, model).status()).isEqualTo(200);
    }

    private static void unloadsItThere(LocalCluster cluster, LocalCluster ollama, String model) {
        ObjectNode unload = OllamaClient.JSON.createObjectNode().put("model", model);
        unload.put("keep_alive", 0);

        assertThat(cluster.client().post("/api/generate", unload).status()).isEqualTo(200);

        Awaitility.await("it is unloaded there")
                .atMost(SOON)
                .until(() -> !ollama.client().json("/api/ps").toString().contains(model));
    }
}
