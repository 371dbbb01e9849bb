package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One folder of models, filled by the one and used by the other; by {@code -Pollama}. */
@Tag("ollama")
class OllamaStoreIT {

    private static final String TEXT = "A caravan crosses the desert.";
    private static final String NAME = "shared";

    @TempDir private Path folder;

    @Test
    void ollamaUsesWhatCaravanHasStored() throws Exception {
        Path models = Files.createDirectories(folder.resolve("models"));
        JsonNode shown;
        JsonNode listed;
        try (LocalCluster cluster = cluster(models)) {
            String said = cluster.saying(TEXT);
            cluster.client().post("/api/create", made(said));
            shown = show(cluster.client());
            listed = cluster.named(cluster.client().json("/api/tags"), NAME + ":latest");
            cluster.caravan("down");
        }

        try (OllamaProcess ollama = OllamaProcess.start(folder, models)) {
            assertThat(ollama.client().json("/api/tags").path("models").toString())
                    .contains(listed.path("digest").asString());
            JsonNode there = show(ollama.client());
            assertThat(there.path("details")).isEqualTo(shown.path("details"));
            assertThat(modelfile(there)).isEqualTo(modelfile(shown));
            assertThat(there.path("model_info")).isEqualTo(shown.path("model_info"));
            assertThat(there.path("messages")).isEqualTo(shown.path("messages"));
            assertThat(says(ollama.client())).isEqualTo(TEXT);
        }
    }

    @Test
    void caravanUsesWhatOllamaHasStored() throws Exception {
        Path models = Files.createDirectories(folder.resolve("models"));
        Path file = folder.resolve("said.gguf");
        new FixtureWriter().write(ScriptedModel.saying("said", Script.once("said", TEXT)), file);
        JsonNode shown;
        try (OllamaProcess server = OllamaProcess.start(folder, models)) {
            Files.writeString(folder.resolve("Modelfile"), "FROM ./said.gguf\n");
            new OllamaBinary(folder).say(server.base(), "create", "base", "-f", "Modelfile").well();
            server.client().post("/api/create", made("base"));
            shown = show(server.client());
        }

        try (LocalCluster cluster = cluster(models)) {
            JsonNode here = show(cluster.client());
            assertThat(here.path("details")).isEqualTo(shown.path("details"));
            assertThat(modelfile(here)).isEqualTo(modelfile(shown));
            assertThat(here.path("model_info")).isEqualTo(shown.path("model_info"));
            assertThat(here.path("tensors")).isEqualTo(shown.path("tensors"));
            assertThat(says(cluster.client())).isEqualTo(TEXT);
        }
    }

    /** The Ollama that the agent starts renders what llama.cpp's side does not. */
    @Test
    void eachRunsWhatOnlyItCan() throws Exception {
        Path models = Files.createDirectories(folder.resolve("models"));
        new FixtureWriter()
                .write(
                        ScriptedModel.saying("said", Script.once("said", TEXT))
                                .withoutChatTemplate(),
                        folder.resolve("said.gguf"));
        Files.writeString(folder.resolve("plain.txt"), "FROM ./said.gguf\n");
        Files.writeString(
                folder.resolve("quoted.txt"),
                "FROM ./said.gguf\nTEMPLATE \"{{ .Prompt | urlquery }}\"\n");
        Map<String, String> environment =
                Map.of(
                        "OLLAMA_MODELS",
                        models.toString(),
                        "CARAVAN_WORKER_OLLAMA_COMMAND",
                        OllamaBinary.path().toString(),
                        "HOME",
                        folder.toString(),
                        "LLAMA_ARG_THREADS",
                        "1");
        try (LocalCluster cluster = LocalCluster.start(folder.resolve("home"), 1, environment)) {
            URI theirs = URI.create(adopted(cluster).path("url").asString());
            OllamaBinary typed = new OllamaBinary(folder);
            typed.say(theirs, "create", "plain", "-f", "plain.txt").well();
            typed.say(theirs, "create", "quoted", "-f", "quoted.txt").well();
            awaitRunner(cluster, "plain:latest", "");
            awaitRunner(cluster, "quoted:latest", "ollama");

            assertThat(names(cluster)).doesNotHaveDuplicates();
            assertThat(says(cluster.client(), "plain")).isEqualTo(TEXT);
            assertThat(says(cluster.client(), "quoted")).isEqualTo(TEXT);
            assertThat(rendered(cluster.client(), "quoted")).isEqualTo("a+b%21");
            assertThat(cluster.engine("plain:latest").pid()).isPositive();
            assertThat(cluster.engine("quoted:latest").pid()).isZero();

            ObjectNode made =
                    OllamaClient.JSON
                            .createObjectNode()
                            .put("model", "made")
                            .put("from", "plain")
                            .put("template", "{{ printf \"%s\" .Prompt | urlquery }}")
                            .put("stream", false);
            assertThat(cluster.client().post("/api/create", made).status()).isEqualTo(200);
            awaitRunner(cluster, "made:latest", "ollama");
            assertThat(rendered(cluster.client(), "made")).isEqualTo("a+b%21");
            assertThat(names(cluster)).doesNotHaveDuplicates();

            HttpResponse<String> gone =
                    cluster.client().raw("DELETE", "/api/delete", "{\"model\":\"quoted\"}");
            assertThat(gone.statusCode()).as(gone.body()).isEqualTo(200);
            assertThat(names(cluster)).doesNotContain("quoted:latest").contains("plain:latest");
            assertThat(new OllamaClient(theirs).json("/api/ps").toString())
                    .doesNotContain("quoted");
            assertThat(says(cluster.client(), "plain")).isEqualTo(TEXT);
        }
    }

    private static JsonNode adopted(LocalCluster cluster) {
        return cluster.report(cluster.process("agent-1")).path("adopted").path(0);
    }

    private static List<String> names(LocalCluster cluster) {
        return cluster.client()
                .json("/api/tags")
                .path("models")
                .valueStream()
                .map(model -> model.path("name").asString())
                .toList();
    }

    /**
     * @param engine as its agent reports it; empty: llama.cpp
     */
    private static void awaitRunner(LocalCluster cluster, String name, String engine) {
        Awaitility.await(name + " is " + engine)
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                cluster.report(cluster.process("agent-1"))
                                        .path("models")
                                        .valueStream()
                                        .filter(model -> model.path("name").asString().equals(name))
                                        .map(model -> model.path("engine").asString(""))
                                        .toList(),
                        List.of(engine)::equals);
    }

    private static String rendered(OllamaClient client, String model) {
        String question =
                "{\"model\":\"%s\",\"prompt\":\"a b!\",\"stream\":false,\"_debug_render_only\":true}"
                        .formatted(model);
        return OllamaClient.JSON
                .readTree(client.raw("POST", "/api/generate", question).body())
                .path("_debug_info")
                .path("rendered_template")
                .asString();
    }

    private LocalCluster cluster(Path models) {
        return LocalCluster.start(
                folder.resolve("home"), 1, Map.of("OLLAMA_MODELS", models.toString()));
    }

    private static ObjectNode made(String from) {
        ObjectNode wish = OllamaClient.JSON.createObjectNode().put("model", NAME).put("from", from);
        wish.put("system", "Be kind.").put("license", "MIT").put("stream", false);
        wish.putObject("parameters").put("temperature", 0.25).putArray("stop").add("zz");
        wish.putArray("messages").addObject().put("role", "user").put("content", "hi");
        return wish;
    }

    /** Sorted: an Ollama tells the parameters in another order each time. */
    private static List<String> modelfile(JsonNode shown) {
        return shown.path("modelfile").asString().lines().sorted().toList();
    }

    private static JsonNode show(OllamaClient client) {
        return OllamaClient.JSON.readTree(
                client.raw("POST", "/api/show", "{\"model\":\"" + NAME + "\"}").body());
    }

    private static String says(OllamaClient client) {
        return says(client, NAME);
    }

    private static String says(OllamaClient client, String model) {
        return client.post("/api/chat", OllamaClient.chat(model, "speak", 200)).text();
    }
}
