package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CopyMessage;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.DeleteMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.FakeOllama.Asked;
import dev.caravan.worker.FakeOllama.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** The models of an adopted Ollama server, deleted, copied and made anew through its agent. */
class OllamaStoreTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String OWN = "own:latest";
    private static final String BOTH = "both:latest";

    @TempDir private static Path folder;

    private static FakeOllama ollama;
    private static TestAgent agent;

    @BeforeAll
    static void start() {
        ollama = FakeOllama.start();
        agent = TestAgent.adopting(ollama, folder);
        agent.make(OWN, 3, folder);
    }

    @AfterAll
    static void stop() {
        agent.close();
        ollama.close();
    }

    @BeforeEach
    void forget() {
        ollama.asked.clear();
        ollama.verbs = _ -> Reply.refuse(200, "");
    }

    private static String named(String name, String digest) {
        return "{\"name\":\"%s\",\"model\":\"%s\",\"modified_at\":\"2026-09-01T00:00:00Z\",\"size\":5,\"digest\":\"%s\"}"
                .formatted(name, name, digest);
    }

    private static void awaitListed(String name, boolean there) {
        Awaitility.await(name)
                .atMost(SOON)
                .until(
                        () ->
                                agent.report().models().stream()
                                                .anyMatch(model -> model.name().equals(name))
                                        == there);
    }

    private static String refusal(HttpResponse<String> answer) {
        return String.valueOf(WireJson.mapper().readValue(answer.body(), Refusal.class).error());
    }

    @Test
    void deletesAModelThereAfterUnloadingWhatItHadLoaded() {
        ollama.tags.put("gone:1b", named("gone:1b", "9d".repeat(32)));
        awaitListed("gone:1b", true);
        agent.load(
                1,
                new DesiredEngines.Engine(
                        "gone", "gone:1b", "9d".repeat(32), 2048, 0, "fluent", null, null, null));
        ollama.asked.clear();
        ollama.verbs =
                _ -> {
                    ollama.tags.remove("gone:1b");
                    return Reply.refuse(200, "");
                };

        HttpResponse<String> answer = agent.post(Routes.DELETE, new DeleteMessage("Gone:1B"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        assertThat(agent.report().models())
                .extracting(AgentReport.Model::name)
                .doesNotContain("gone:1b");
        assertThat(ollama.asked("api/delete"))
                .extracting(asked -> asked.body().toString())
                .containsExactly("{\"model\":\"gone:1b\"}");
        assertThat(ollama.asked("api/generate"))
                .extracting(asked -> asked.body().path("keep_alive").asInt())
                .containsExactly(0);
        assertThat(ollama.loaded).isEmpty();
        agent.desire(2);
    }

    @Test
    void copiesAModelThereAndOfferesItAtOnce() {
        ollama.verbs =
                _ -> {
                    ollama.tags.put("second:latest", named("second:latest", "2e".repeat(32)));
                    return Reply.refuse(200, "");
                };

        HttpResponse<String> answer =
                agent.post(Routes.COPY, new CopyMessage("llama3.2", "second"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        assertThat(ollama.asked("api/copy"))
                .extracting(asked -> asked.body())
                .containsExactly(
                        json("{\"source\":\"llama3.2:latest\",\"destination\":\"second:latest\"}"));
        assertThat(agent.report().models())
                .extracting(AgentReport.Model::name)
                .contains("second:latest");
        ollama.tags.remove("second:latest");
    }

    @Test
    void actsInBothStoresWhereBothHaveTheName() {
        agent.make(BOTH, 5, folder);
        ollama.tags.put(BOTH, named(BOTH, "b0".repeat(32)));
        awaitListed(BOTH, true);
        ollama.verbs =
                _ -> {
                    ollama.tags.remove(BOTH);
                    return Reply.refuse(200, "");
                };

        HttpResponse<String> answer = agent.post(Routes.DELETE, new DeleteMessage(BOTH));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        awaitListed(BOTH, false);
        assertThat(ollama.asked("api/delete")).hasSize(1);
    }

    @Test
    void saysThatOnlyTheOtherStoreDidIt() {
        agent.make(BOTH, 5, folder);
        ollama.tags.put(BOTH, named(BOTH, "b0".repeat(32)));
        awaitListed(BOTH, true);
        ollama.verbs = _ -> Reply.refuse(500, "{\"error\":\"the disk is read-only\"}");

        HttpResponse<String> answer = agent.post(Routes.DELETE, new DeleteMessage(BOTH));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(refusal(answer))
                .isEqualTo(
                        "not in the Ollama server beside the agent, though beside it: the disk is read-only");
        assertThat(agent.post(Routes.DELETE, new DeleteMessage(OWN + "x")).statusCode())
                .isEqualTo(404);
        ollama.tags.remove(BOTH);
        awaitListed(BOTH, false);
    }

    @Test
    void leavesTheOllamaAloneWhereOnlyTheAgentHasTheModel() {
        ModelDigest made = agent.make("mine:latest", 7, folder);
        assertThat(made.hex()).isNotEmpty();

        assertThat(agent.post(Routes.DELETE, new DeleteMessage("mine")).statusCode())
                .isEqualTo(204);

        assertThat(ollama.asked("api/delete")).isEmpty();
    }

    @Test
    void makesAModelOfOneOfItsThereWithAllThatWasAskedFor() {
        ollama.verbs =
                _ -> {
                    ollama.tags.put("new:latest", named("new:latest", "4e".repeat(32)));
                    return Reply.lines(
                            "{\"status\":\"using existing layer sha256:ab\"}",
                            "{\"status\":\"quantizing F16 model to Q8_0\",\"digest\":\"0000000000000000000\",\"total\":10,\"completed\":4}",
                            "{\"status\":\"writing manifest\"}",
                            "{\"status\":\"success\"}");
                };

        List<ProgressLine> lines =
                create(
                        new CreateMessage(
                                "new",
                                Map.of(),
                                "fluent",
                                "llama3.2",
                                null,
                                "{{ .Prompt }}",
                                "Be brief.",
                                List.of("MIT"),
                                Map.of("temperature", json("0.5")),
                                List.of(json("{\"role\":\"user\",\"content\":\"Hi\"}")),
                                "Q8_0",
                                new CreateMessage.Config(
                                        "r",
                                        null,
                                        null,
                                        List.of("tools"),
                                        null,
                                        null,
                                        null,
                                        null,
                                        8192,
                                        null)));

        assertThat(ollama.asked("api/create"))
                .extracting(Asked::body)
                .containsExactly(
                        json(
                                """
                                {"model":"new:latest","from":"llama3.2:latest","template":"{{ .Prompt }}","system":"Be brief.",
                                 "license":["MIT"],"parameters":{"temperature":0.5},"messages":[{"role":"user","content":"Hi"}],
                                 "quantize":"Q8_0","renderer":"r","info":{"capabilities":["tools"],"context_length":8192},"stream":true}
                                """));
        assertThat(lines)
                .containsExactly(
                        ProgressLine.status("using existing layer sha256:ab"),
                        new ProgressLine(
                                "quantizing F16 model to Q8_0",
                                "0000000000000000000",
                                10L,
                                4L,
                                null,
                                null),
                        ProgressLine.status("writing manifest"),
                        ProgressLine.status("success"));
        assertThat(agent.report().models())
                .extracting(AgentReport.Model::name)
                .contains("new:latest");
        ollama.tags.remove("new:latest");
    }

    @Test
    void handsAnAdapterOverBeforeItMakesAModelWithIt() {
        byte[] bytes =
                "not looked at by the agent".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String digest = agent.upload(bytes);
        ollama.verbs = _ -> Reply.lines("{\"status\":\"success\"}");

        create(
                new CreateMessage(
                        "tuned",
                        Map.of(),
                        "fluent",
                        "llama3.2",
                        Map.of("lora.gguf", digest),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));

        assertThat(ollama.uploads).containsOnlyKeys("api/blobs/" + digest);
        assertThat(ollama.uploads.get("api/blobs/" + digest)).isEqualTo(bytes);
        assertThat(ollama.asked("api/create").getFirst().body().path("adapters"))
                .isEqualTo(json("{\"lora.gguf\":\"%s\"}".formatted(digest)));
    }

    @Test
    void tellsWhyItsOllamaDidNotMakeAModel() {
        ollama.verbs = _ -> Reply.lines("{\"status\":\"parsing\"}", "{\"error\":\"bad GGUF\"}");
        assertThat(create(from("llama3.2", "fluent")).getLast())
                .isEqualTo(ProgressLine.error("INTERNAL", "bad GGUF"));

        ollama.verbs = _ -> Reply.refuse(400, "{\"error\":\"template error: x\"}");
        assertThat(create(from("llama3.2", "fluent")).getLast())
                .isEqualTo(ProgressLine.error("INVALID_REQUEST", "template error: x"));

        ollama.verbs = _ -> Reply.refuse(500, "{\"error\":\"unsupported quantization type\"}");
        assertThat(create(from("llama3.2", "fluent")).getLast())
                .isEqualTo(ProgressLine.error("INTERNAL", "unsupported quantization type"));

        ollama.verbs =
                _ ->
                        new Reply(
                                200,
                                Flux.just("{\"status\":\"parsing\"}\n")
                                        .concatWith(Flux.error(new IllegalStateException())));
        assertThat(create(from("llama3.2", "fluent")).getLast().code())
                .isEqualTo("UPSTREAM_FAILED");

        assertThat(create(from("llama3.2", "exact")).getLast().error())
                .startsWith(
                        "continuation: exact (expected: fluent; llama3.2:latest is in the store");
        assertThat(create(from("nobody", "fluent")).getLast())
                .isEqualTo(
                        ProgressLine.error("MODEL_NOT_FOUND", "model 'nobody:latest' not found"));
    }

    private static CreateMessage from(String model, String continuation) {
        return new CreateMessage(
                "x", Map.of(), continuation, model, null, null, null, null, null, null, null, null);
    }

    private static List<ProgressLine> create(CreateMessage message) {
        HttpResponse<String> answer = agent.post(Routes.CREATE, message);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body()
                .lines()
                .map(line -> WireJson.mapper().readValue(line, ProgressLine.class))
                .toList();
    }

    private static JsonNode json(String text) {
        @Nullable JsonNode node = WireJson.mapper().readTree(text);
        return node;
    }
}
