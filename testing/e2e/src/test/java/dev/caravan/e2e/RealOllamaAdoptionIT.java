package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A cluster whose only engine is a real Ollama, of {@code -Dollama.binary}; what it says itself is
 * the measure.
 */
@Tag("ollama")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealOllamaAdoptionIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LATER = Duration.ofMinutes(2);
    private static final int PREDICT = 1000;

    private static final String RANDOM = "rand:latest";
    private static final String ENDLESS = "endless:latest";
    private static final String EMBED = "embed:latest";

    private static final String SAID = "on and on ";

    @TempDir private static Path folder;

    private static OllamaProcess ollama;
    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        ollama = OllamaProcess.start(folder.resolve("ollama"), folder.resolve("ollama/models"));
        ollama.fixture(RANDOM, "--seed", "11");
        ollama.fixture(ENDLESS, "--say", SAID, "--endless");
        ollama.fixture(EMBED, "--embedding");
        cluster =
                LocalCluster.start(
                        folder.resolve("home"),
                        1,
                        Map.of("CARAVAN_WORKER_OLLAMA_URL", ollama.client().base().toString()));
        awaitListed(EMBED);
    }

    @AfterAll
    static void stop() {
        cluster.close();
        ollama.close();
    }

    private static void awaitListed(String model) {
        Awaitility.await(model + " is listed")
                .atMost(SOON)
                .until(() -> cluster.client().json("/api/tags").toString().contains(model));
    }

    /** What the Ollama told, and what the cluster did. */
    private record Pair<T>(T there, T here) {

        static <T> Pair<T> of(Function<OllamaClient, T> question) {
            return new Pair<>(question.apply(ollama.client()), question.apply(cluster.client()));
        }

        /**
         * @param body with single quotes
         */
        static Pair<HttpResponse<String>> asked(String path, String body) {
            return of(client -> client.raw("POST", path, body.replace('\'', '"')));
        }

        <U> Pair<U> map(Function<T, U> read) {
            return new Pair<>(read.apply(there), read.apply(here));
        }
    }

    private static JsonNode json(String text) {
        return OllamaClient.JSON.readTree(text);
    }

    private static ObjectNode object(JsonNode node) {
        return (ObjectNode) node;
    }

    private static ObjectNode without(JsonNode body, List<String> fields) {
        ObjectNode rest = object(body);
        fields.forEach(rest::remove);
        return rest;
    }

    @Test
    @Order(1)
    void listsItsModelsWithoutACopy() {
        for (String model : List.of(RANDOM, ENDLESS, EMBED)) {
            Pair<JsonNode> listed =
                    Pair.of(client -> cluster.named(client.json("/api/tags"), model));
            for (String field : List.of("digest", "size", "details")) {
                assertThat(listed.here().path(field))
                        .as(field)
                        .isEqualTo(listed.there().path(field));
            }
        }
        assertThat(cluster.report(cluster.process("agent-1")).path("store").path("models").asInt())
                .isZero();
    }

    @ParameterizedTest
    @Order(2)
    @CsvSource({RANDOM, ENDLESS, EMBED})
    void showsAModelAsItDoes(String model) {
        Pair<ObjectNode> shown =
                Pair.asked("/api/show", "{'model':'%s','verbose':true}".formatted(model))
                        .map(answer -> without(json(answer.body()), List.of("modified_at")));

        assertThat(shown.here()).isEqualTo(shown.there());
    }

    @Test
    @Order(3)
    void streamsWhatItSays() {
        for (boolean stream : new boolean[] {true, false}) {
            ObjectNode prompt = OllamaClient.generate(RANDOM, "far away", 48).put("stream", stream);
            ObjectNode chat = OllamaClient.chat(RANDOM, "far away", 48).put("stream", stream);

            assertSame("/api/generate", prompt, stream);
            assertSame("/api/chat", chat, stream);
        }
    }

    private static void assertSame(String path, ObjectNode body, boolean stream) {
        Pair<Answer> said = Pair.of(client -> client.post(path, body));
        Answer there = said.there();
        Answer here = said.here();

        assertThat(here.status()).as(here.lines().toString()).isEqualTo(200);
        assertThat(here.text()).isEqualTo(there.text()).isNotEmpty();
        for (String field : List.of("done_reason", "eval_count", "prompt_eval_count", "context")) {
            assertThat(here.last().path(field)).as(field).isEqualTo(there.last().path(field));
        }
        if (stream) {
            assertThat(here.pieces()).hasSizeGreaterThan(10);
        }
    }

    @ParameterizedTest
    @Order(4)
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/embed|{'model':'embed','input':['a b','c'],'dimensions':8}",
                "/api/embed|{'model':'embed','input':'a b'}",
                "/api/embeddings|{'model':'embed','prompt':'a b'}"
            })
    void makesItsVectors(String path, String body) {
        Pair<List<Double>> told = Pair.asked(path, body).map(answer -> numbers(vectors(answer)));

        assertThat(told.here()).hasSameSizeAs(told.there()).isNotEmpty();
        for (int at = 0; at < told.here().size(); at++) {
            assertThat(told.here().get(at)).isCloseTo(told.there().get(at), within(1e-5));
        }
    }

    private static JsonNode vectors(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode body = json(answer.body());
        return body.has("embedding") ? body.path("embedding") : body.path("embeddings");
    }

    private static List<Double> numbers(JsonNode node) {
        return node.isArray()
                ? node.valueStream().flatMap(inner -> numbers(inner).stream()).toList()
                : List.of(node.asDouble());
    }

    @ParameterizedTest
    @Order(5)
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/chat|{'model':'rand','messages':[{'role':'user','content':'x'}],'tools':[{'type':'function','function':{'name':'w','parameters':{'type':'object','properties':{}}}}]}",
                "/api/chat|{'model':'rand','messages':[{'role':'user','content':'x'}],'think':true}",
                "/api/chat|{'model':'embed','messages':[{'role':'user','content':'x'}]}",
                "/api/generate|{'model':'embed','prompt':'x'}",
                "/api/generate|{'model':'rand','prompt':'x','suffix':'y'}",
                "/api/generate|{'model':'rand','prompt':'x','images':['aGk=']}",
                "/api/generate|{'model':'rand','prompt':'x','format':{'type':'bogus'}}",
                "/api/generate|{'model':'rand','prompt':'x','options':{'num_ctx':'y'}}",
                "/api/embed|{'model':'rand','input':'x'}",
                "/api/copy|{'source':'nobody','destination':'x'}",
                "/api/create|{'model':'x','from':'rand','template':'{{ if }'}",
                "/api/create|{'model':'x','from':'rand','quantize':'Q9','stream':false}"
            })
    void passesOnItsRefusals(String path, String body) {
        Pair<HttpResponse<String>> told = Pair.asked(path, body);

        assertThat(told.there().statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(told.here().body()).isEqualTo(told.there().body());
        assertThat(told.here().statusCode()).isEqualTo(told.there().statusCode());
    }

    @ParameterizedTest
    @Order(6)
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/chat|{'model':'endless','stream':false,'messages':[{'role':'user','content':'x'}],'options':{'num_predict':6},'tools':[{'type':'function','function':{'name':'w','parameters':{'type':'object','properties':{}}}}]}",
                "/api/chat|{'model':'endless','stream':false,'messages':[{'role':'user','content':'x'}],'think':true,'options':{'num_predict':6}}",
                "/api/generate|{'model':'rand','stream':false,'prompt':'x','raw':true,'options':{'num_predict':6,'temperature':0}}",
                "/api/generate|{'model':'rand','stream':false,'prompt':'x','format':'json','options':{'num_predict':12,'temperature':0}}",
                "/api/generate|{'model':'rand','stream':false,'prompt':'x','logprobs':true,'top_logprobs':2,'options':{'num_predict':2,'temperature':0}}"
            })
    void answersAsItDoes(String path, String body) {
        Pair<ObjectNode> told = Pair.asked(path, body).map(RealOllamaAdoptionIT::answer);

        assertThat(told.here()).isEqualTo(told.there());
    }

    private static ObjectNode answer(HttpResponse<String> told) {
        assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
        return without(
                json(told.body()),
                List.of(
                        "created_at",
                        "total_duration",
                        "load_duration",
                        "prompt_eval_duration",
                        "eval_duration"));
    }

    @Test
    @Order(7)
    void loadsKeepsAndUnloadsThere() {
        assertThat(lifecycle("{\"model\":\"rand\"}")).isEqualTo("load");
        assertThat(runningThere(RANDOM)).isTrue();
        assertThat(lifecycle("{\"model\":\"rand\",\"keep_alive\":-1}")).isEqualTo("load");
        assertThat(
                        cluster.named(cluster.client().json("/api/ps"), RANDOM)
                                .path("expires_at")
                                .asString())
                .startsWith("23");

        assertThat(lifecycle("{\"model\":\"rand\",\"keep_alive\":0}")).isEqualTo("unload");

        Awaitility.await("it is unloaded there").atMost(SOON).until(() -> !runningThere(RANDOM));
    }

    private static String lifecycle(String body) {
        HttpResponse<String> answer = cluster.client().raw("POST", "/api/generate", body);
        return json(answer.body()).path("done_reason").asString();
    }

    private static boolean runningThere(String model) {
        return ollama.client().json("/api/ps").toString().contains(model);
    }

    @Test
    @Order(8)
    void stopsItsEngineWhenTheClientLeaves() throws Exception {
        ObjectNode body = OllamaClient.generate(ENDLESS, "x", 6 * PREDICT);
        object(body.path("options")).put("num_ctx", 8192);

        try (LeavingClient client =
                new LeavingClient(cluster.client().base(), "/api/generate", body)) {
            client.awaitFirstByte();
            Duration before = ollama.worked();
            Awaitility.await("the engine works")
                    .atMost(SOON)
                    .until(() -> ollama.worked().compareTo(before) > 0);
        }

        Awaitility.await("the engine rests")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> {
                            Duration before = ollama.worked();
                            Thread.sleep(800);
                            return ollama.worked().minus(before).toMillis() <= 20;
                        });
        // the wider context replaced the narrower one and did not go with it
        assertThat(
                        cluster.named(ollama.client().json("/api/ps"), ENDLESS)
                                .path("context_length")
                                .asInt())
                .isEqualTo(8192);
    }

    @Test
    @Order(9)
    void copiesMakesAndDeletesThere() {
        assertThat(post("/api/copy", "{\"source\":\"rand\",\"destination\":\"twin\"}")).isEmpty();
        assertThat(ollama.client().json("/api/tags").toString()).contains("twin:latest");
        assertThat(
                        post(
                                "/api/create",
                                "{\"model\":\"made\",\"from\":\"twin\",\"system\":\"Be brief.\",\"parameters\":{\"num_predict\":3}}"))
                .contains("using existing layer sha256:")
                .endsWith("{\"status\":\"success\"}\n");
        assertThat(
                        cluster.client()
                                .post(
                                        "/api/generate",
                                        json("{\"model\":\"made\",\"prompt\":\"x\"}"))
                                .last()
                                .path("eval_count")
                                .asInt())
                .isEqualTo(3);

        for (String model : List.of("twin", "made")) {
            HttpResponse<String> gone =
                    cluster.client()
                            .raw("DELETE", "/api/delete", "{\"model\":\"%s\"}".formatted(model));
            assertThat(gone.statusCode()).as(gone.body()).isEqualTo(200);
        }

        assertThat(ollama.client().json("/api/tags").toString()).doesNotContain("twin", "made");
        assertThat(cluster.client().json("/api/tags").toString()).doesNotContain("twin", "made");
        Awaitility.await().atMost(SOON).until(() -> !runningThere("made"));
    }

    private static String post(String path, String body) {
        HttpResponse<String> answer = cluster.client().raw("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    @Order(10)
    void goesOnWhereItsEngineDied() {
        Answer answer =
                cluster.client()
                        .post(
                                "/api/chat",
                                OllamaClient.chat(ENDLESS, "x", PREDICT),
                                _ -> ollama.killEngines());

        assertThat(answer.error()).isEmpty();
        assertThat(answer.last().path("continued").path("times").asInt()).isPositive();
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(PREDICT);
        assertSaid(answer);
    }

    /** Whoever goes on with a scripted answer says it from its beginning; nothing else is added. */
    private static void assertSaid(Answer answer) {
        int parts = 1 + answer.last().path("continued").path("times").asInt();
        String beginnings =
                IntStream.range(1, SAID.length())
                        .mapToObj(length -> SAID.substring(0, length))
                        .collect(Collectors.joining("|"));
        assertThat(answer.text())
                .startsWith("on")
                .matches("(?:(?:%s)*(?:%s)?){%d}".formatted(SAID, beginnings, parts));
    }

    @Test
    @Order(11)
    void endsInAnHonestLineWhereItDiedAndNobodyElseHasTheModel() {
        Answer answer =
                cluster.client()
                        .post(
                                "/api/chat",
                                OllamaClient.chat(ENDLESS, "x", PREDICT),
                                _ -> ollama.kill());

        assertThat(answer.error()).contains("broke off after", "could not be continued");
        ollama.startAgain();
        awaitAnswer();
    }

    /** A replica that failed often is left alone for a while. */
    private static void awaitAnswer() {
        Awaitility.await("it answers")
                .atMost(LATER)
                .until(
                        () ->
                                cluster.client()
                                                .post(
                                                        "/api/generate",
                                                        OllamaClient.generate(ENDLESS, "x", 4))
                                                .status()
                                        == 200);
    }

    @Test
    @Order(12)
    void goesOnAtAnEngineOfOurOwnWithWhatTheOllamaStored() throws Exception {
        try (LocalCluster.OwnAgent own = cluster.ownAgent(folder, ollama.models())) {
            Awaitility.await("two agents hold the model")
                    .atMost(LATER)
                    .until(() -> cluster.holders(ENDLESS) == 2);

            awaitAnswer();

            Answer answer =
                    cluster.client()
                            .post(
                                    "/api/chat",
                                    OllamaClient.chat(ENDLESS, "x", PREDICT),
                                    _ -> ollama.kill());

            assertThat(answer.error()).isEmpty();
            assertThat(answer.last().path("continued").path("times").asInt()).isEqualTo(1);
            assertThat(answer.last().path("eval_count").asInt()).isEqualTo(PREDICT);
            assertSaid(answer);
            storedByUsItRunsToo(own.models());
        }
    }

    /** What an agent stored, in a store that a real Ollama reads. */
    private static void storedByUsItRunsToo(Path models) throws Exception {
        String made = "ours:latest";
        assertThat(LocalCluster.caravan(cluster.home(), "fixture", made, "--seed", "12").exit())
                .isZero();
        Path ours = folder.resolve("ours");
        Path store =
                models.resolve("manifests/registry.ollama.ai/library/ours/latest").toFile().isFile()
                        ? models
                        : cluster.modelFile(made).resolve("../..").normalize();
        LocalCluster.copy(store, ours.resolve("models"));
        ObjectNode question = OllamaClient.generate(made, "x", 24);
        String told = cluster.client().post("/api/generate", question).text();
        try (OllamaProcess other = OllamaProcess.start(ours, ours.resolve("models"))) {
            assertThat(cluster.named(other.client().json("/api/tags"), made).path("digest"))
                    .isEqualTo(
                            cluster.named(cluster.client().json("/api/tags"), made).path("digest"));
            assertThat(other.client().post("/api/generate", question).text())
                    .isEqualTo(told)
                    .isNotEmpty();
        }
    }
}
