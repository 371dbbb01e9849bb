package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What Ollama's clients ask of a model, from the client to a real engine, whole and split. */
@OnSharedCluster
class InferenceIT {

    private static final String CALL =
            "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";
    private static final String OTHER_CALL =
            "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>";
    private static final String TOOLS =
            """
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
             {"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{"zone":{"type":"string"}}}}}]
            """;

    private static ObjectNode chat(String model, boolean split) {
        ObjectNode body = OllamaClient.chat(model, "well?", 400);
        return distributed(body, split);
    }

    private static ObjectNode distributed(ObjectNode body, boolean split) {
        if (split) {
            ((ObjectNode) body.get("options")).put("distributed", true);
        }
        return body;
    }

    private static String joined(Answer answer, String field) {
        return answer.lines().stream()
                .map(line -> line.json().path("message").path(field).asString(""))
                .collect(Collectors.joining());
    }

    private static List<JsonNode> calls(Answer answer) {
        return answer.lines().stream()
                .flatMap(line -> line.json().path("message").path("tool_calls").valueStream())
                .map(call -> call.path("function"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsToolsInParallelAndThinksBefore(boolean split, LocalCluster cluster) {
        String model =
                cluster.saying(
                        "<think>\nI need tools.\n</think>\n\n" + CALL + "\n" + OTHER_CALL,
                        "--layers",
                        "2");
        ObjectNode body = chat(model, split);
        body.set("tools", OllamaClient.JSON.readTree(TOOLS));

        Answer streamed = cluster.client().post("/api/chat", body);
        Answer whole = cluster.client().post("/api/chat", body.deepCopy().put("stream", false));

        for (Answer answer : List.of(streamed, whole)) {
            assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
            assertThat(joined(answer, "thinking").strip()).isEqualTo("I need tools.");
            assertThat(calls(answer))
                    .extracting(
                            call -> call.path("index").asInt(),
                            call -> call.path("name").asString(),
                            call -> call.path("arguments").toString())
                    .containsExactly(
                            tuple(0, "get_weather", "{\"city\":\"Paris\"}"),
                            tuple(1, "get_time", "{\"zone\":\"UTC\"}"));
            assertThat(answer.last().path("done_reason").asString()).isEqualTo("stop");
            assertThat(answer.last().path("eval_count").asInt()).isPositive();
        }
        assertThat(cluster.lastReplica(model).path("stages").size()).isEqualTo(split ? 2 : 0);
        cluster.unload(model);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/chat", "/api/generate"})
    void tellsThoughtsApartUnlessItIsToldNotToThink(String route, LocalCluster cluster) {
        String model =
                cluster.saying("<think>\nHm.\n</think>\n\nYes 🐫, the end.", "--layers", "2");
        boolean chats = route.endsWith("chat");
        ObjectNode body =
                chats
                        ? OllamaClient.chat(model, "well?", 400)
                        : OllamaClient.generate(model, "well?", 400);

        Answer thought = cluster.client().post(route, body);
        ObjectNode stopping = body.deepCopy();
        ((ObjectNode) stopping.get("options")).putArray("stop").add(", the e");
        Answer stopped = cluster.client().post(route, stopping.put("think", true));
        HttpResponse<String> refused =
                cluster.client()
                        .raw("POST", route, body.deepCopy().put("think", "much").toString());

        String thinking =
                thought.lines().stream()
                        .map(
                                line ->
                                        chats
                                                ? line.json().path("message").path("thinking")
                                                : line.json().path("thinking"))
                        .map(text -> text.asString(""))
                        .collect(Collectors.joining());
        assertThat(thinking.strip()).isEqualTo("Hm.");
        assertThat(thought.text()).isEqualTo("Yes 🐫, the end.");
        assertThat(stopped.text()).isEqualTo("Yes 🐫");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("invalid think value");
    }

    @Test
    void everyAnswerToASchemaParsesAgainstIt(LocalCluster cluster) {
        String model = cluster.randomModel();
        ObjectNode body = OllamaClient.generate(model, "give me json", 300);
        body.set(
                "format",
                OllamaClient.JSON.readTree(
                        "{\"type\":\"object\",\"properties\":{\"on\":{\"type\":\"boolean\"},\"kind\":{\"enum\":[\"a\",\"b\"]}},\"required\":[\"on\",\"kind\"]}"));
        ObjectNode options = (ObjectNode) body.get("options");
        for (int seed = 0; seed < 5; seed++) {
            options.put("seed", seed).put("temperature", 1.3);

            Answer answer = cluster.client().post("/api/generate", body);

            JsonNode said = OllamaClient.JSON.readTree(answer.text());
            assertThat(said.path("on").isBoolean()).describedAs(answer.text()).isTrue();
            assertThat(said.path("kind").asString()).isIn("a", "b");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void embedsListsOfTexts(boolean split, LocalCluster cluster) {
        String model = cluster.embedding();
        ObjectNode body = OllamaClient.JSON.createObjectNode().put("model", model);
        for (int text = 0; text < 20; text++) {
            body.withArray("input").add(text % 2 == 0 ? "same" : "other " + text);
        }
        body.putObject("options");
        distributed(body, split);

        Answer answer = cluster.client().post("/api/embed", body);

        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        JsonNode vectors = answer.last().path("embeddings");
        assertThat(vectors).hasSize(20);
        for (int text = 0; text < 20; text++) {
            assertThat(length(vectors.path(text))).isCloseTo(1, within(1e-4));
        }
        assertThat(cosine(vectors.path(0), vectors.path(18))).isCloseTo(1, within(1e-3));
        assertThat(cosine(vectors.path(1), vectors.path(3))).isLessThan(0.9999);
        assertThat(answer.last().path("prompt_eval_count").asInt()).isGreaterThan(20);
        cluster.unload(model);
    }

    private static double length(JsonNode vector) {
        return Math.sqrt(cosine(vector, vector));
    }

    private static double cosine(JsonNode one, JsonNode other) {
        double sum = 0;
        for (int at = 0; at < one.size(); at++) {
            sum += one.path(at).asDouble() * other.path(at).asDouble();
        }
        return sum;
    }

    @Test
    void aModelThatOnlyChatsMakesNoVectors(LocalCluster cluster) {
        HttpResponse<String> answer =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/embed",
                                "{\"model\":\"%s\",\"input\":\"x\"}"
                                        .formatted(cluster.demoModel()));

        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"This server does not support embeddings. Start it with `--embeddings`\"}");
    }

    @Test
    void goesOnFromAContextAndShowsPromptsAndProbabilities(LocalCluster cluster) {
        String model = cluster.randomModel();
        ObjectNode body =
                OllamaClient.generate(model, "first", 6)
                        .put("stream", false)
                        .put("logprobs", true)
                        .put("top_logprobs", 2);

        JsonNode first = cluster.client().post("/api/generate", body).last();
        ObjectNode next = OllamaClient.generate(model, "second", 6).put("stream", false);
        next.set("context", first.path("context"));
        JsonNode second = cluster.client().post("/api/generate", next).last();
        JsonNode shown =
                cluster.client()
                        .post(
                                "/api/generate",
                                OllamaClient.generate(model, "first", 6)
                                        .put("_debug_render_only", true))
                        .last();

        assertThat(first.path("logprobs")).hasSize(6);
        assertThat(first.path("logprobs").path(0).path("top_logprobs")).hasSize(2);
        assertThat(second.path("context").size()).isGreaterThan(first.path("context").size() + 6);
        assertThat(second.path("prompt_eval_count").asInt())
                .isGreaterThan(first.path("prompt_eval_count").asInt() + 6);
        assertThat(shown.path("_debug_info").path("rendered_template").asString())
                .contains("first");
    }
}
