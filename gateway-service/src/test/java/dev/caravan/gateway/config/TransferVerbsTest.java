package dev.caravan.gateway.config;

import static dev.caravan.gateway.config.Told.DIGEST;
import static dev.caravan.gateway.config.Told.agent;
import static dev.caravan.gateway.config.Told.catalogued;
import static dev.caravan.gateway.config.Told.entry;
import static dev.caravan.gateway.config.Told.report;
import static dev.caravan.gateway.config.Told.shown;
import static dev.caravan.gateway.config.Told.shownOlder;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.config.FakeNeighbour.Done;
import dev.caravan.gateway.config.FakeNeighbour.Refuses;
import dev.caravan.gateway.config.FakeNeighbour.Tells;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Routes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The routes that models come, go and are renamed by, with agents over real HTTP. */
@SpringBootTest(
        classes = VerbsApp.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=gateway-service",
            "caravan.token=test-token",
            "eureka.client.enabled=false",
            "spring.web.resources.add-mappings=false"
        })
class TransferVerbsTest {

    private static final URI AWAY = URI.create("http://127.0.0.1:1");
    private static final String LAYER = "sha256:" + "cd".repeat(32);
    private static final String NOT_THERE = "MODEL_NOT_FOUND";
    private static final AtomicReference<CatalogueMessage> CATALOGUE =
            new AtomicReference<>(new CatalogueMessage(List.of()));
    private static final FakeNeighbour REGISTRY =
            FakeNeighbour.answering(Routes.CATALOGUE, () -> Optional.of(CATALOGUE.get()));
    private static final FakeNeighbour SMALL = FakeNeighbour.agent();
    private static final FakeNeighbour ROOMY = FakeNeighbour.agent();
    private static final AtomicLong VIEWS = new AtomicLong();

    @LocalServerPort private int port;
    @Autowired private NewestView views;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void allAreThereAndHoldNothing() {
        VerbsApp.INSTANCES.put("registry-service", List.of(REGISTRY.address()));
        VerbsApp.INSTANCES.put("worker-agent", List.of(SMALL.address(), ROOMY.address()));
        SMALL.report = report("small", SMALL, 1_000, List.of());
        ROOMY.report = report("roomy", ROOMY, 9_000, List.of());
        for (FakeNeighbour agent : List.of(SMALL, ROOMY)) {
            agent.models.clear();
            agent.blobs.clear();
            agent.created.clear();
            agent.steps =
                    List.of(ProgressLine.status("parsing GGUF"), ProgressLine.status("success"));
            agent.calls.clear();
            agent.verbs.clear();
            agent.onCall = _ -> {};
            for (String verb : List.of("delete", "copy")) {
                agent.verbs.put(verb, new Refuses(404, NOT_THERE, "model 'x' not found"));
            }
        }
        seen(Map.of());
    }

    @Test
    void deletesAModelOnEachAgentThatHoldsIt() {
        ROOMY.verbs.put("delete", new Done());
        SMALL.verbs.put("delete", new Done());

        HttpResponse<String> answer = send("DELETE", "/api/delete", "{\"model\":\"M\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Content-Length")).contains("0");
        assertThat(ROOMY.calls).containsExactly("delete {\"name\":\"M:latest\"}");
        assertThat(SMALL.calls).containsExactly("delete {\"name\":\"M:latest\"}");
    }

    @Test
    void saysWhereADeleteFailed() {
        seen(Map.of("m", List.of("small", "roomy")));
        ROOMY.verbs.put("delete", new Done());
        SMALL.verbs.put("delete", new Refuses(500, "INTERNAL", "the disk is read-only"));

        HttpResponse<String> answer = send("DELETE", "/api/delete", "{\"name\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"m:latest: deleted on 1 of 2 nodes; not on %s: the disk is read-only\"}"
                                .formatted(SMALL.address()));
    }

    @Test
    void anAgentThatIsAwayMattersNotWhereItHoldsNothing() {
        VerbsApp.INSTANCES.put(
                "worker-agent", List.of(ROOMY.address(), URI.create("http://127.0.0.1:1")));
        ROOMY.verbs.put("delete", new Done());

        assertThat(send("DELETE", "/api/delete", "{\"name\":\"m\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void copiesAModelOnEachAgentThatHoldsIt() {
        ROOMY.verbs.put("copy", new Done());

        HttpResponse<String> answer =
                send("POST", "/api/copy", "{\"source\":\"m\",\"destination\":\"o:v2\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(ROOMY.calls)
                .containsExactly("copy {\"source\":\"m:latest\",\"destination\":\"o:v2\"}");
    }

    @Test
    void aCopyTakesItsNameFromAnAgentThatHasAnotherModelUnderIt() {
        ROOMY.verbs.put("copy", new Done());
        ROOMY.onCall = _ -> roomyHas("o");
        SMALL.models.put("o:latest", shownOlder("o:latest"));
        SMALL.verbs.put("delete", new Done());

        HttpResponse<String> answer =
                send("POST", "/api/copy", "{\"source\":\"m\",\"destination\":\"o\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(SMALL.calls).last().isEqualTo("delete {\"name\":\"o:latest\"}");
        assertThat(ROOMY.calls)
                .containsExactly("copy {\"source\":\"m:latest\",\"destination\":\"o:latest\"}");
    }

    @Test
    void aCopyTellsWhichAgentKeepsItsName() {
        ROOMY.verbs.put("copy", new Done());
        ROOMY.models.put("o:v2", shown("o:v2"));
        SMALL.models.put("o:v2", shownOlder("o:v2"));
        SMALL.verbs.put("delete", new Refuses(500, "INTERNAL", "the disk is read-only"));

        HttpResponse<String> answer =
                send("POST", "/api/copy", "{\"source\":\"m\",\"destination\":\"o:v2\"}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"done, but %s still has the model before under that name: the disk is read-only\"}"
                                .formatted(SMALL.address()));
    }

    @Test
    void aCopyThatFailsTakesNothingAway() {
        seen(Map.of("m", List.of("roomy")));
        ROOMY.verbs.put("copy", new Refuses(500, "INTERNAL", "the disk is read-only"));
        SMALL.models.put("o:v2", shownOlder("o:v2"));

        HttpResponse<String> answer =
                send("POST", "/api/copy", "{\"source\":\"m\",\"destination\":\"o:v2\"}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(SMALL.calls)
                .containsExactly("copy {\"source\":\"m:latest\",\"destination\":\"o:v2\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "DELETE|/api/delete||400|missing request body",
                "DELETE|/api/delete|{}|400|model is required",
                "DELETE|/api/delete|{\"name\":\"a//b\"}|400|name \"a//b\" is invalid",
                "DELETE|/api/delete|{\"name\":\"Who\"}|404|model 'Who' not found",
                "POST|/api/copy|{\"source\":\"/x\",\"destination\":\"y\"}|400|source \"/x\" is invalid",
                "POST|/api/copy|{\"source\":\"x\"}|400|destination \"\" is invalid",
                "POST|/api/copy|{\"source\":\"Who\",\"destination\":\"y\"}|404|model \"Who\" not found",
                "POST|/api/pull|{}|400|invalid model name",
                "POST|/api/pull|{\"model\":\"a@sha256:ab\"}|400|invalid model name",
                "POST|/api/pull|{\"model\":\"a:cloud:local\"}|400|use either :local or :cloud, not both: \"a:cloud:local\"",
                "POST|/api/push|{}|400|model is required"
            })
    void refusesInOllamasWords(String method, String path, String body, int status, String error) {
        HttpResponse<String> answer = send(method, path, body == null ? "" : body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/json; charset=utf-8");
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"%s\"}".formatted(error.replace("\"", "\\\"")));
    }

    @Test
    void pullsANewModelIntoTheAgentWithRoomAndTellsItsSteps() {
        ROOMY.verbs.put("pull", pulled());
        ROOMY.models.put("m:latest", shown("m:latest"));
        ROOMY.onCall =
                _ -> {
                    seen(Map.of("m", List.of("roomy")));
                    CATALOGUE.set(new CatalogueMessage(List.of(catalogued("m:latest", 1))));
                };

        HttpResponse<String> answer =
                send(
                        "POST",
                        "/api/pull",
                        "{\"model\":\"\",\"name\":\"m:local\",\"insecure\":true}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(answer.body())
                .isEqualTo(
                        """
                        {"status":"pulling manifest"}
                        {"status":"pulling cdcdcdcdcdcd","digest":"%s","total":9}
                        {"status":"pulling cdcdcdcdcdcd","digest":"%s","total":9,"completed":9}
                        {"status":"success"}
                        """
                                .formatted(LAYER, LAYER));
        assertThat(ROOMY.calls).containsExactly("pull {\"name\":\"m:latest\",\"insecure\":true}");
        assertThat(SMALL.calls).isEmpty();
    }

    @Test
    void answersOnceWhereNoStreamIsWishedFor() {
        ROOMY.verbs.put("pull", pulled());

        HttpResponse<String> answer =
                send("POST", "/api/pull", "{\"model\":\"m\",\"stream\":false}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo("{\"status\":\"success\"}");
    }

    @Test
    void tellsAFailedPullAsTheLastLineOrAs500() {
        ROOMY.verbs.put(
                "pull",
                new Tells(
                        List.of(
                                ProgressLine.status("pulling manifest"),
                                ProgressLine.error(
                                        NOT_THERE, "pull model manifest: file does not exist"))));

        HttpResponse<String> stream = send("POST", "/api/pull", "{\"model\":\"m\"}");
        HttpResponse<String> whole =
                send("POST", "/api/pull", "{\"model\":\"m\",\"stream\":false}");

        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body())
                .endsWith("{\"error\":\"pull model manifest: file does not exist\"}\n");
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(whole.body())
                .isEqualTo("{\"error\":\"pull model manifest: file does not exist\"}");
    }

    @Test
    void letsAllHoldersOfANameHaveTheNewModel() {
        seen(Map.of("m", List.of("small", "roomy")));
        SMALL.verbs.put("pull", pulled());
        CATALOGUE.set(new CatalogueMessage(List.of(catalogued("m:latest", 1))));
        SMALL.models.put("m:latest", shown("m:latest"));
        ROOMY.verbs.put("fetch", new Tells(List.of(ProgressLine.status("success"))));

        HttpResponse<String> answer = send("POST", "/api/pull", "{\"model\":\"m\"}");

        assertThat(answer.body()).endsWith("{\"status\":\"success\"}\n");
        assertThat(ROOMY.calls)
                .containsExactly(
                        "fetch {\"name\":\"m:latest\",\"digest\":\"%s\",\"holders\":[\"%s\"]}"
                                .formatted(DIGEST, SMALL.address()));
    }

    @Test
    void aPullTakesItsNameFromAnAgentThatHasAnotherModelUnderIt() {
        ROOMY.verbs.put("pull", pulled());
        roomyHas("m");
        SMALL.models.put("m:latest", shownOlder("m:latest"));
        SMALL.verbs.put("delete", new Done());

        HttpResponse<String> answer = send("POST", "/api/pull", "{\"model\":\"m\"}");

        assertThat(answer.body()).endsWith("{\"status\":\"success\"}\n");
        assertThat(SMALL.calls).containsExactly("delete {\"name\":\"m:latest\"}");
        assertThat(ROOMY.calls).singleElement().asString().startsWith("pull");
    }

    @Test
    void aPullThatFailsTakesNothingAway() {
        ROOMY.verbs.put(
                "pull",
                new Tells(
                        List.of(
                                ProgressLine.status("pulling manifest"),
                                ProgressLine.error(
                                        NOT_THERE, "pull model manifest: file does not exist"))));
        ROOMY.models.put("m:latest", shown("m:latest"));
        SMALL.models.put("m:latest", shownOlder("m:latest"));

        HttpResponse<String> answer = send("POST", "/api/pull", "{\"model\":\"m\"}");

        assertThat(answer.body()).contains("error").doesNotContain("success");
        assertThat(SMALL.calls).isEmpty();
    }

    @Test
    void aPullTellsWhichAgentMayKeepItsNameSinceItIsAway() {
        onlyAwayIs("m");
        ROOMY.verbs.put("pull", pulled());
        ROOMY.models.put("m:latest", shownOlder("m:latest"));

        HttpResponse<String> answer = send("POST", "/api/pull", "{\"model\":\"m\"}");

        assertThat(answer.body())
                .contains(
                        "{\"error\":\"done, but %s still has the model before under that name: "
                                .formatted(AWAY))
                .doesNotContain("success");
    }

    @Test
    void pushesFromAnAgentThatHoldsTheModel() {
        ROOMY.models.put("m:latest", shown("m:latest"));
        ROOMY.verbs.put("push", new Tells(List.of(ProgressLine.status("success"))));

        HttpResponse<String> answer = send("POST", "/api/push", "{\"model\":\"m\"}");

        assertThat(answer.body()).isEqualTo("{\"status\":\"success\"}\n");
        assertThat(SMALL.calls).isEmpty();
    }

    @Test
    void beginsAPushOfNoModelAsOllamaDoes() {
        HttpResponse<String> answer = send("POST", "/api/push", "{\"model\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        """
                        {"status":"retrieving manifest"}
                        {"status":"couldn't retrieve manifest"}
                        {"error":"open manifests/registry.ollama.ai/library/m/latest: no such file or directory"}
                        """);
    }

    @Test
    void pullsTheModelThatANewOneBeginsWithWhereNoAgentHasIt() {
        ROOMY.verbs.put("pull", pulled());
        ROOMY.onCall = _ -> roomyHas("base", "made");

        HttpResponse<String> answer =
                send(
                        "POST",
                        "/api/create",
                        "{\"model\":\"made\",\"from\":\"base\",\"caravan\":{\"insecure\":true}}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        """
                        {"status":"pulling manifest"}
                        {"status":"pulling cdcdcdcdcdcd","digest":"%s","total":9}
                        {"status":"pulling cdcdcdcdcdcd","digest":"%s","total":9,"completed":9}
                        {"status":"parsing GGUF"}
                        {"status":"success"}
                        """
                                .formatted(LAYER, LAYER));
        assertThat(ROOMY.calls)
                .containsExactly("pull {\"name\":\"base:latest\",\"insecure\":true}");
        assertThat(ROOMY.created).hasSize(1);
        assertThat(SMALL.created).isEmpty();
    }

    @Test
    void tellsThePullThatACreateFailedForAsTheLastLineOrAs500() {
        ROOMY.verbs.put(
                "pull",
                new Tells(
                        List.of(
                                ProgressLine.status("pulling manifest"),
                                ProgressLine.error(
                                        NOT_THERE, "pull model manifest: file does not exist"))));
        String wish = "{\"model\":\"made\",\"from\":\"base\",\"stream\":%s}";

        HttpResponse<String> stream = send("POST", "/api/create", wish.formatted(true));
        HttpResponse<String> whole = send("POST", "/api/create", wish.formatted(false));

        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body())
                .endsWith("{\"error\":\"pull model manifest: file does not exist\"}\n");
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(whole.body())
                .isEqualTo("{\"error\":\"pull model manifest: file does not exist\"}");
        assertThat(ROOMY.created).isEmpty();
    }

    /** All that the gateway knows is a model of an agent that is down. */
    private void onlyAwayIs(String model) {
        views.offer(
                new ClusterView(
                        new Version(1, VIEWS.incrementAndGet()),
                        List.of(
                                new AgentSnapshot(
                                        new AgentId("away"),
                                        "host",
                                        AWAY.toString(),
                                        AgentSnapshot.Verdict.DOWN)),
                        List.of(entry(model, Continuation.FLUENT, "away")),
                        List.of()));
    }

    @Test
    void pullsNoModelInThePlaceOfOneWhoseHolderIsAway() {
        onlyAwayIs("base");

        HttpResponse<String> answer =
                send("POST", "/api/create", "{\"model\":\"made\",\"from\":\"base\"}");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("worker-agent at " + AWAY);
        assertThat(ROOMY.calls).isEmpty();
    }

    @Test
    void takesTheModelThatANewOneBeginsWithToTheAgentThatHasTheAdapter() {
        SMALL.blobs.put(LAYER, new byte[0]);
        SMALL.verbs.put("fetch", new Tells(List.of(layer(9L), ProgressLine.status("success"))));
        SMALL.onCall = _ -> SMALL.models.put("base:latest", shown("base:latest"));
        roomyHas("base", "made");

        HttpResponse<String> answer =
                send(
                        "POST",
                        "/api/create",
                        "{\"model\":\"made\",\"from\":\"base\",\"adapters\":{\"a.gguf\":\"%s\"}}"
                                .formatted(LAYER));

        assertThat(answer.body())
                .isEqualTo(
                        """
                        {"status":"pulling cdcdcdcdcdcd","digest":"%s","total":9,"completed":9}
                        {"status":"parsing GGUF"}
                        {"status":"success"}
                        """
                                .formatted(LAYER));
        assertThat(SMALL.calls)
                .containsExactly(
                        "fetch {\"name\":\"base:latest\",\"digest\":\"%s\",\"holders\":[\"%s\"]}"
                                .formatted(DIGEST, ROOMY.address()));
        assertThat(SMALL.created).hasSize(1);
        assertThat(ROOMY.created).isEmpty();
    }

    /** And everybody knows it. */
    private void roomyHas(String... names) {
        Map<String, List<String>> holders = new LinkedHashMap<>();
        for (String name : names) {
            ROOMY.models.put(name + ":latest", shown(name + ":latest"));
            holders.put(name, List.of("roomy"));
        }
        seen(holders);
        CATALOGUE.set(
                new CatalogueMessage(
                        Stream.of(names).map(name -> catalogued(name + ":latest", 1)).toList()));
    }

    private static Tells pulled() {
        return new Tells(
                List.of(
                        ProgressLine.status("pulling manifest"),
                        layer(null),
                        layer(9L),
                        ProgressLine.status("success")));
    }

    private static ProgressLine layer(@Nullable Long completed) {
        return new ProgressLine("pulling cdcdcdcdcdcd", LAYER, 9L, completed, null, null);
    }

    /**
     * @param holders of each model
     */
    private void seen(Map<String, List<String>> holders) {
        views.offer(
                new ClusterView(
                        new Version(1, VIEWS.incrementAndGet()),
                        List.of(agent("small", SMALL), agent("roomy", ROOMY)),
                        holders.entrySet().stream()
                                .map(
                                        each ->
                                                entry(
                                                        each.getKey(),
                                                        Continuation.FLUENT,
                                                        each.getValue().toArray(String[]::new)))
                                .toList(),
                        List.of()));
        CATALOGUE.set(new CatalogueMessage(List.of()));
    }

    private HttpResponse<String> send(String method, String path, String body) {
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .method(method, BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .join();
    }
}
