package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.caravan.gateway.app.Views;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.Frame;
import dev.caravan.wire.Logprob;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.ToolCall;
import dev.caravan.wire.WireJson;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** Vectors, tool calls and rendered prompts, from an agent's frames to a client's bytes. */
class RicherAnswersServiceTest {

    @TempDir private static Path folder;

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    private static TestGateway gateway;

    private final FakeAgent agent = new FakeAgent(3);
    private final FakeScheduler scheduler = new FakeScheduler();

    @BeforeAll
    static void startGateway() {
        gateway = new TestGateway(REDIS.url(), folder, Map.of("caravan.gateway.cold-wait", "5s"));
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void startNeighbours() {
        gateway.schedulers.clear();
        gateway.schedulers.add(scheduler.address());
        String digest = TestGateway.newDigest();
        TestGateway.publish(REDIS.url(), digest, List.of(agent), List.of(agent));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                gateway.bean(Views.class).current().replicas().stream()
                                        .anyMatch(
                                                replica -> replica.digest().hex().equals(digest)));
    }

    @AfterEach
    void stopNeighbours() {
        agent.close();
        scheduler.close();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return WireJson.mapper().readTree(answer.body());
    }

    /** The vector (n, 4, 0) for a text of n characters. */
    private static Flux<Frame> vector(RunMessage run) {
        int length = Objects.requireNonNull(run.embed()).text().length();
        return Flux.just(
                FakeAgent.head(),
                new Frame.Vector(new float[] {length, 4, 0}),
                new Frame.End("stop", length, 0, 0, 0, 0));
    }

    @Test
    void embedsEachTextAndScalesItsVector() throws Exception {
        agent.answers(RicherAnswersServiceTest::vector);

        HttpResponse<String> answer =
                gateway.post("/api/embed", "{\"model\":\"toy\",\"input\":[\"abc\",\"\"]}");

        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValue("application/json; charset=utf-8");
        JsonNode json = json(answer);
        assertThat(json.path("model").asString()).isEqualTo("toy");
        assertThat(json.path("embeddings").toString()).isEqualTo("[[0.6,0.8,0.0],[0.0,1.0,0.0]]");
        assertThat(json.path("prompt_eval_count").asInt()).isEqualTo(3);
        assertThat(json.path("total_duration").asLong()).isPositive();
    }

    @Test
    void keepsTheOrderOfManyTextsAndNeverHoldsMoreThanTheSlots() throws Exception {
        agent.answers(run -> vector(run).delaySubscription(Duration.ofMillis(20)));
        List<String> texts =
                IntStream.rangeClosed(1, 40).mapToObj(n -> "\"" + "x".repeat(n) + "\"").toList();

        JsonNode json =
                json(gateway.post("/api/embed", "{\"model\":\"toy\",\"input\":" + texts + "}"));

        for (int n = 1; n <= 40; n++) {
            double length = Math.sqrt(n * n + 16);
            assertThat(json.path("embeddings").path(n - 1).path(0).asDouble())
                    .isCloseTo(n / length, within(1e-6));
        }
        assertThat(agent.mostActive.get()).isEqualTo(3);
        assertThat(agent.refused.get()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|[[1.0]]",
                "2|[[0.6,0.8]]",
                "7|[[0.6,0.8,0.0]]",
                "0|[[0.6,0.8,0.0]]",
                "-1|[[0.6,0.8,0.0]]"
            })
    void cutsVectorsToTheDimensionsThatAreAskedFor(int dimensions, String vectors)
            throws Exception {
        agent.answers(RicherAnswersServiceTest::vector);

        JsonNode json =
                json(
                        gateway.post(
                                "/api/embed",
                                "{\"model\":\"toy\",\"input\":\"abc\",\"dimensions\":%d}"
                                        .formatted(dimensions)));

        assertThat(json.path("embeddings").toString()).isEqualTo(vectors);
    }

    @Test
    void leavesTheVectorOfTheOlderRouteAsItIs() throws Exception {
        agent.answers(RicherAnswersServiceTest::vector);

        HttpResponse<String> answer =
                gateway.post("/api/embeddings", "{\"model\":\"toy\",\"prompt\":\"abc\"}");

        assertThat(answer.body()).isEqualTo("{\"embedding\":[3.0,4.0,0.0]}");
        RunMessage.Embed asked = Objects.requireNonNull(agent.runs.getFirst().embed());
        assertThat(asked.scaled()).isFalse();
        assertThat(asked.truncate()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/embed|{\"model\":\"toy\"}|{\"model\":\"toy\",\"embeddings\":[]}",
                "/api/embed|{\"model\":\"toy\",\"input\":\"\"}|{\"model\":\"toy\",\"embeddings\":[]}",
                "/api/embed|{\"model\":\"toy\",\"input\":[]}|{\"model\":\"toy\",\"embeddings\":[]}",
                "/api/embeddings|{\"model\":\"toy\"}|{\"embedding\":[]}"
            })
    void onlyLoadsWhereThereIsNoText(String path, String body, String expected) throws Exception {
        HttpResponse<String> answer = gateway.post(path, body);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(expected);
        assertThat(agent.runs).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/embed|{}|404|model '' not found",
                "/api/embeddings|{}|400|model is required",
                "/api/embed|{\"model\":\"a b\",\"input\":\"x\"}|400|invalid model name",
                "/api/embed|{\"model\":\"nope\",\"input\":\"x\"}|404|model \"nope\" not found, try pulling it first",
                "/api/embeddings|{\"model\":\"nope\",\"prompt\":\"x\"}|404|model \"nope\" not found, try pulling it first",
                "/api/embed|{\"model\":\"nope\",\"input\":[1,2]}|400|invalid input type",
                "/api/embed|{\"model\":\"toy\",\"input\":{\"a\":1}}|400|invalid input type",
                "/api/embed|{\"model\":\"toy\",\"input\":[[\"a\"]]}|400|invalid input type",
                "/api/embed|{\"model\":\"toy\",\"input\":\"x\",\"options\":{\"num_ctx\":\"x\"}}|500|option \"num_ctx\" must be of type integer"
            })
    void refusesInOllamasWords(String path, String body, int status, String text) throws Exception {
        HttpResponse<String> answer = gateway.post(path, body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("error").asString()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/embed,input,501,no vectors,501",
        "/api/embed,input,400,too long,400",
        "/api/embeddings,prompt,501,no vectors,500",
        "/api/embeddings,prompt,400,too long,500"
    })
    void passesTheEnginesRefusalOn(String path, String field, int status, String text, int answered)
            throws Exception {
        agent.refuses(run -> new Refusal("INVALID_REQUEST", text, null, status));

        HttpResponse<String> answer =
                gateway.post(path, "{\"model\":\"toy\",\"%s\":\"abc\"}".formatted(field));

        assertThat(answer.statusCode()).isEqualTo(answered);
        assertThat(answer.body()).isEqualTo("{\"error\":\"%s\"}".formatted(text));
    }

    @Test
    void refusesAVectorThatIsNoVector() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                FakeAgent.head(),
                                new Frame.Vector(new float[] {Float.NaN}),
                                FakeAgent.end(0)));

        HttpResponse<String> answer =
                gateway.post("/api/embed", "{\"model\":\"toy\",\"input\":\"abc\"}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").asString())
                .isEqualTo("embedding contains NaN or Inf values");
    }

    // ---- answers that are more than text

    private static Flux<Frame> calling(RunMessage run) {
        JsonNode arguments = WireJson.mapper().readTree("{\"city\":\"Paris\"}");
        return Flux.just(
                FakeAgent.head(),
                new Frame.Piece(0, "Well. ", new int[0], false),
                new Frame.Piece(
                        1,
                        "",
                        new int[0],
                        false,
                        "",
                        List.of(new ToolCall("c1", 0, "get_weather", arguments)),
                        List.of()),
                new Frame.Piece(
                        2,
                        "",
                        new int[0],
                        false,
                        "",
                        List.of(new ToolCall("c2", 1, "get_time", arguments)),
                        List.of()),
                FakeAgent.end(9));
    }

    @Test
    void givesToolCallsToTheClientStreamedAndWhole() throws Exception {
        agent.answers(RicherAnswersServiceTest::calling);
        String body = "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]%s}";

        List<String> lines = gateway.lines("/api/chat", body.formatted("")).body().toList();
        JsonNode whole = json(gateway.post("/api/chat", body.formatted(",\"stream\":false")));

        assertThat(lines).hasSize(4);
        assertThat(WireJson.mapper().readTree(lines.get(1)).path("message").toString())
                .isEqualTo(
                        "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"index\":0,\"name\":\"get_weather\",\"arguments\":{\"city\":\"Paris\"}}}]}");
        assertThat(whole.path("message").path("content").asString()).isEqualTo("Well. ");
        assertThat(whole.path("message").path("tool_calls").findValuesAsString("name"))
                .containsExactly("get_weather", "get_time");
        assertThat(whole.path("done_reason").asString()).isEqualTo("stop");
    }

    @Test
    void collectsProbabilitiesAndTellsTheContext() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                FakeAgent.head(),
                                told(0, "a"),
                                told(1, "b"),
                                new Frame.End("stop", 5, 0, 1, 2, 1, List.of(1, 2, 3))));

        JsonNode whole =
                json(
                        gateway.post(
                                "/api/generate",
                                "{\"model\":\"toy\",\"prompt\":\"Hi\",\"logprobs\":true,\"top_logprobs\":2,\"stream\":false}"));

        assertThat(whole.path("logprobs").findValuesAsString("token")).containsExactly("a", "b");
        assertThat(whole.path("context").toString()).isEqualTo("[1,2,3]");
        assertThat(Objects.requireNonNull(agent.runs.getFirst().answer()).topLogprobs())
                .isEqualTo(2);
    }

    private static Frame told(long sequence, String text) {
        return new Frame.Piece(
                sequence,
                text,
                new int[] {1},
                true,
                "",
                List.of(),
                List.of(new Logprob(text, -0.5, null)));
    }

    @Test
    void showsTheRenderedPromptAsOneObjectWhateverTheStream() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                new Frame.Rendered("<s>Hi", 0),
                                new Frame.End("length", 0, 0, 0, 0, 0)));

        HttpResponse<String> answer =
                gateway.post(
                        "/api/generate",
                        "{\"model\":\"toy\",\"prompt\":\"Hi\",\"_debug_render_only\":true}");

        assertThat(json(answer).path("_debug_info").path("rendered_template").asString())
                .isEqualTo("<s>Hi");
        assertThat(json(answer).path("done").asBoolean()).isFalse();
        assertThat(answer.body()).doesNotEndWith("\n");
    }
}
