package dev.caravan.gateway.config;

import static dev.caravan.gateway.config.Told.DIGEST;
import static dev.caravan.gateway.config.Told.agent;
import static dev.caravan.gateway.config.Told.catalogued;
import static dev.caravan.gateway.config.Told.entry;
import static dev.caravan.gateway.config.Told.report;
import static dev.caravan.gateway.config.Told.shown;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** The routes that run no model, over real HTTP with neighbours that can be switched off. */
@SpringBootTest(
        classes = VerbsApp.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=gateway-service",
            "caravan.token=test-token",
            "eureka.client.enabled=false",
            "spring.web.resources.add-mappings=false"
        })
class ModelVerbsTest {

    private static final AtomicReference<CatalogueMessage> CATALOGUE =
            new AtomicReference<>(new CatalogueMessage(List.of()));
    private static final FakeNeighbour REGISTRY =
            FakeNeighbour.answering(Routes.CATALOGUE, () -> Optional.of(CATALOGUE.get()));
    private static final AtomicBoolean HEALTH_ANSWERS = new AtomicBoolean(true);
    private static final FakeNeighbour HEALTH =
            FakeNeighbour.answering(
                    Routes.NODES,
                    () ->
                            Optional.of(new NodesMessage(false, "", List.of()))
                                    .filter(_ -> HEALTH_ANSWERS.get())
                                    .map(Object.class::cast));
    private static final FakeNeighbour SMALL = FakeNeighbour.agent();
    private static final FakeNeighbour ROOMY = FakeNeighbour.agent();
    private static final AtomicLong VIEWS = new AtomicLong();

    @DynamicPropertySource
    static void instances(DynamicPropertyRegistry properties) {
        String simple = "spring.cloud.discovery.client.simple.instances.";
        properties.add(simple + "health-service[0].uri", () -> HEALTH.address().toString());
        properties.add(simple + "registry-service[0].uri", () -> REGISTRY.address().toString());
    }

    @LocalServerPort private int port;
    @Autowired private NewestView views;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void allAreThere() {
        VerbsApp.INSTANCES.put("registry-service", List.of(REGISTRY.address()));
        VerbsApp.INSTANCES.put("worker-agent", List.of(SMALL.address(), ROOMY.address()));
        SMALL.report = report("small", SMALL, 1_000, List.of());
        ROOMY.report = report("roomy", ROOMY, 9_000, List.of());
        for (FakeNeighbour agent : List.of(SMALL, ROOMY)) {
            agent.blobs.clear();
            agent.models.clear();
            agent.created.clear();
            agent.onCreate = _ -> {};
            agent.steps = List.of(ProgressLine.status("success"));
        }
        CATALOGUE.set(new CatalogueMessage(List.of(catalogued("m:latest", 5_000_000))));
        offer(List.of(), List.of());
    }

    @Test
    void saysThatItIsRunningToGetAndHead() {
        HttpResponse<String> get = get("/");

        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(get.body()).isEqualTo("Ollama is running");
        assertThat(type(get)).isEqualTo("text/plain; charset=utf-8");
        for (String path : List.of("/", "/api/version", "/api/tags")) {
            HttpResponse<String> head = send("HEAD", path, BodyPublishers.noBody());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.headers().firstValue("Content-Length"))
                    .contains(String.valueOf(get(path).body().getBytes(UTF_8).length));
        }
    }

    @Test
    void givesAVersionOfDottedNumbers() {
        HttpResponse<String> answer = get("/api/version");

        assertThat(json(answer).path("version").stringValue()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(type(answer)).isEqualTo("application/json; charset=utf-8");
        assertThat(answer.body()).doesNotEndWith("\n");
    }

    @Test
    void listsTheCatalogueInOllamasForm() {
        CATALOGUE.set(
                new CatalogueMessage(
                        List.of(
                                catalogued("old:latest", 1_000_000),
                                catalogued("new:7b", 2_000_000))));
        offer(List.of(), List.of(replica("r1"), replica("r2")));

        HttpResponse<String> answer = get("/api/tags");

        JsonNode models = json(answer).path("models");
        assertThat(models.valueStream().map(model -> model.path("name").stringValue()))
                .containsExactly("new:7b", "old:latest");
        JsonNode first = models.get(0);
        assertThat(first.propertyNames())
                .containsExactly(
                        "name",
                        "model",
                        "modified_at",
                        "size",
                        "digest",
                        "details",
                        "capabilities",
                        "caravan");
        assertThat(first.path("details").propertyNames())
                .containsExactly(
                        "parent_model",
                        "format",
                        "family",
                        "families",
                        "parameter_size",
                        "quantization_level",
                        "context_length",
                        "embedding_length");
        assertThat(first.path("digest").stringValue()).isEqualTo(DIGEST);
        assertThat(OffsetDateTime.parse(first.path("modified_at").stringValue()).toInstant())
                .isEqualTo(Instant.ofEpochMilli(2_000_000));
        assertThat(first.path("caravan").toString())
                .isEqualTo(
                        "{\"holders\":[\"roomy\"],\"replicas\":2,\"groups\":0,\"continuation\":\"exact\"}");
    }

    @Test
    void keepsTheLastCatalogueWhileTheRegistryIsAway() {
        String before = get("/api/tags").body();
        VerbsApp.INSTANCES.put("registry-service", List.of(URI.create("http://127.0.0.1:1")));

        HttpResponse<String> answer = get("/api/tags");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(before);
    }

    @Test
    void listsLoadedModelsAsTheAgentsReportThem() {
        Instant soon = Instant.now().plusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        SMALL.report =
                report(
                        "small",
                        SMALL,
                        1,
                        List.of(
                                loaded("m:latest", ReplicaState.READY, 700, soon.toEpochMilli()),
                                loaded("slow:latest", ReplicaState.LOADING, 700, null)));
        ROOMY.report =
                report(
                        "roomy",
                        ROOMY,
                        1,
                        List.of(
                                loaded("m:latest", ReplicaState.READY, 300, soon.toEpochMilli()),
                                loaded("ever:latest", ReplicaState.READY, 5, -1L),
                                loaded("busy:latest", ReplicaState.READY, 6, null)));

        JsonNode models = json(get("/api/ps")).path("models");

        assertThat(models.valueStream().map(model -> model.path("name").stringValue()))
                .containsExactly("ever:latest", "busy:latest", "m:latest");
        JsonNode last = models.get(2);
        assertThat(last.propertyNames())
                .containsExactly(
                        "name",
                        "model",
                        "size",
                        "digest",
                        "details",
                        "expires_at",
                        "size_vram",
                        "context_length",
                        "caravan");
        assertThat(last.path("size").longValue()).isEqualTo(1_000);
        assertThat(last.path("context_length").intValue()).isEqualTo(4_096);
        assertThat(OffsetDateTime.parse(last.path("expires_at").stringValue()).toInstant())
                .isEqualTo(soon);
        assertThat(last.path("caravan").path("replicas").size()).isEqualTo(2);
        assertThat(OffsetDateTime.parse(models.get(0).path("expires_at").stringValue()))
                .isAfter(OffsetDateTime.now().plusYears(290));
    }

    @Test
    void listsWhatTheOtherAgentsReportWhenOneDoesNotAnswer() {
        ROOMY.report =
                report("roomy", ROOMY, 1, List.of(loaded("m:latest", ReplicaState.READY, 3, -1L)));
        VerbsApp.INSTANCES.put(
                "worker-agent", List.of(URI.create("http://127.0.0.1:1"), ROOMY.address()));

        assertThat(json(get("/api/ps")).path("models").size()).isEqualTo(1);
    }

    @Test
    void countsAnAgentOnceThatIsKnownByTwoAddresses() {
        ROOMY.report =
                report("roomy", ROOMY, 1, List.of(loaded("m:latest", ReplicaState.READY, 3, -1L)));
        VerbsApp.INSTANCES.put(
                "worker-agent",
                List.of(URI.create("http://localhost:" + ROOMY.address().getPort())));

        JsonNode model = json(get("/api/ps")).path("models").get(0);

        assertThat(model.path("caravan").path("replicas").size()).isEqualTo(1);
    }

    @Test
    void showsAModelAsItsHolderHasIt() {
        ROOMY.models.put("m:latest", shown("m:latest"));

        HttpResponse<String> answer = post("/api/show", "{\"MODEL\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode json = json(answer);
        assertThat(json.propertyNames())
                .containsExactly(
                        "license",
                        "modelfile",
                        "parameters",
                        "template",
                        "system",
                        "details",
                        "model_info",
                        "tensors",
                        "capabilities",
                        "modified_at",
                        "requires");
        assertThat(json.path("requires").stringValue()).isEqualTo("0.14.0");
        assertThat(json.path("parameters").stringValue())
                .isEqualTo(
                        "stop                           \"<|end|>\"\ntemperature                    0.5");
        assertThat(json.path("template").stringValue()).isEqualTo("{{ messages }}");
        assertThat(json.path("modelfile").stringValue())
                .startsWith("# Modelfile generated by \"ollama show\"\n")
                .contains(
                        "\n# FROM m:latest\n\nFROM /store/blob\nADAPTER /store/lora\nFROM /store/eyes\n")
                .contains(
                        "\nSYSTEM Be brief.\nPARAMETER stop <|end|>\nPARAMETER temperature 0.5\nLICENSE MIT\n");
        assertThat(json.path("model_info").toString())
                .isEqualTo(
                        "{\"general.architecture\":\"llama\",\"llama.block_count\":2,\"tokenizer.ggml.tokens\":null}");
        assertThat(json.path("tensors").toString())
                .isEqualTo("[{\"name\":\"t\",\"type\":\"F16\",\"shape\":[2,3]}]");
        assertThat(json.path("details").has("context_length")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|400|missing request body",
                "{}|400|model is required",
                "{\"model\":\"a//b\"}|400|invalid model name",
                "{\"model\":\"unknown\"}|404|model 'unknown:latest' not found",
                "{\"model\":5}|400|json: cannot unmarshal number into Go struct field ShowRequest.model of type string",
                "{|400|unexpected EOF"
            })
    void refusesAShowThatNamesNoModel(String body, int status, String error) {
        HttpResponse<String> answer = post("/api/show", body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("error").stringValue()).isEqualTo(error);
        assertThat(type(answer)).isEqualTo("application/json; charset=utf-8");
    }

    @Test
    void sendsABlobOnToTheAgentWithMostRoom() {
        byte[] bytes = new byte[300_000];
        String blob = "sha256:" + FakeNeighbour.sha256(bytes);

        HttpResponse<String> missing = send("HEAD", "/api/blobs/" + blob, BodyPublishers.noBody());
        HttpResponse<String> sent =
                send("POST", "/api/blobs/" + blob, BodyPublishers.ofByteArray(bytes));
        HttpResponse<String> there = send("HEAD", "/api/blobs/" + blob, BodyPublishers.noBody());
        HttpResponse<String> again =
                send(
                        "POST",
                        "/api/blobs/" + blob,
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));

        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(sent.statusCode()).isEqualTo(201);
        assertThat(sent.body()).isEmpty();
        assertThat(there.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(ROOMY.blobs).containsOnlyKeys(blob);
        assertThat(SMALL.blobs).isEmpty();
    }

    @Test
    void passesTheAgentsRefusalOfABlobOn() {
        String blob = "sha256:" + DIGEST;

        HttpResponse<String> answer =
                send("POST", "/api/blobs/" + blob, BodyPublishers.ofString("other"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").stringValue())
                .startsWith("digest mismatch, expected \"" + blob + "\", got \"sha256:");
    }

    @ParameterizedTest
    @CsvSource({"POST", "HEAD"})
    void refusesADigestOfAnotherForm(String method) {
        HttpResponse<String> answer = send(method, "/api/blobs/sha256:12", BodyPublishers.noBody());

        assertThat(answer.statusCode()).isEqualTo(400);
        if (method.equals("POST")) {
            assertThat(answer.body()).isEqualTo("{\"error\":\"invalid digest format\"}");
        }
    }

    @Test
    void tellsTheAgentWhenTheUploadingClientGoesAway() throws Exception {
        long before = ROOMY.received.get();
        int brokenBefore = ROOMY.brokenOff.get();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /api/blobs/sha256:%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\nfirst bytes"
                            .formatted(DIGEST)
                            .getBytes(UTF_8));
            out.flush();
            await().until(() -> ROOMY.received.get() == before + "first bytes".length());
        }

        await().until(() -> ROOMY.brokenOff.get() > brokenBefore);
        assertThat(ROOMY.blobs).isEmpty();
    }

    @Test
    void holdsSuccessBackUntilTheModelCanBeAskedFor() {
        String blob = upload("weights");
        ROOMY.steps =
                List.of(
                        ProgressLine.status("parsing GGUF"),
                        ProgressLine.status("writing manifest"),
                        ProgressLine.status("success"));
        ROOMY.models.put("made:latest", shown("made:latest"));
        ROOMY.onCreate =
                _ -> {
                    CATALOGUE.set(new CatalogueMessage(List.of(catalogued("made:latest", 1))));
                    Thread.startVirtualThread(
                            () -> {
                                await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                                offer(
                                        List.of(entry("made:latest", Continuation.EXACT, "roomy")),
                                        List.of());
                            });
                };

        HttpResponse<String> answer =
                post(
                        "/api/create",
                        "{\"model\":\"made\",\"files\":{\"made.gguf\":\"%s\"},\"from\":\"\",\"caravan\":{\"continuation\":\"exact\"}}"
                                .formatted(blob));

        assertThat(views.current().model(ModelRef.parse("made").orElseThrow())).isPresent();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(type(answer)).isEqualTo("application/x-ndjson");
        assertThat(answer.body())
                .isEqualTo(
                        "{\"status\":\"parsing GGUF\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"success\"}\n");
        assertThat(ROOMY.created).hasSize(1);
        assertThat(ROOMY.created.getFirst().continuation()).isEqualTo("exact");
        assertThat(ROOMY.created.getFirst().files()).containsEntry("made.gguf", blob);
    }

    @Test
    void answersOneObjectWhereNoStreamIsWishedFor() {
        String blob = upload("weights");
        ROOMY.models.put("made:latest", shown("made:latest"));
        CATALOGUE.set(new CatalogueMessage(List.of(catalogued("made:latest", 1))));
        offer(List.of(entry("made:latest", Continuation.EXACT, "roomy")), List.of());

        HttpResponse<String> answer =
                post(
                        "/api/create",
                        "{\"name\":\"made\",\"stream\":false,\"files\":{\"f\":\"%s\"},\"caravan\":{\"continuation\":\"exact\"}}"
                                .formatted(blob));

        assertThat(answer.body()).isEqualTo("{\"status\":\"success\"}");
        assertThat(type(answer)).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void givesABadFileAStatusAndItsFault(boolean stream) {
        String blob = upload("no gguf");
        ROOMY.steps =
                List.of(
                        ProgressLine.error(
                                "INVALID_REQUEST",
                                "supplied file was not in GGUF format: starts with \"no g\""));

        HttpResponse<String> answer =
                post(
                        "/api/create",
                        "{\"model\":\"bad\",\"stream\":%s,\"files\":{\"f\":\"%s\"}}"
                                .formatted(stream, blob));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(type(answer)).startsWith("application/json");
        assertThat(json(answer).path("error").stringValue())
                .startsWith("supplied file was not in GGUF format");
    }

    @Test
    void endsAStreamThatFailsMidwayWithAnErrorLine() {
        String blob = upload("weights");
        ROOMY.steps =
                List.of(
                        ProgressLine.status("parsing GGUF"),
                        ProgressLine.error("INTERNAL", "no space left on device"));

        HttpResponse<String> answer =
                post("/api/create", "{\"model\":\"m\",\"files\":{\"f\":\"%s\"}}".formatted(blob));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"status\":\"parsing GGUF\"}\n{\"error\":\"no space left on device\"}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|missing request body",
                "{}|invalid model name",
                "{\"model\":\"m\"}|neither 'from' or 'files' was specified",
                "{\"model\":\"m\",\"files\":{}}|unknown type",
                "{\"model\":\"m\",\"files\":{\"/etc/x\":\"sha256:1\"}}|file path must be relative",
                "{\"model\":\"m\",\"files\":{\"a/../x\":\"sha256:1\"}}|file path must be relative",
                "{\"model\":\"m\",\"files\":{\"f\":\"\"}}|invalid digest format",
                "{\"model\":\"m\",\"files\":{\"f\":\"sha256:1\"}}|invalid digest format",
                "{\"model\":\"m\",\"files\":{\"f\":\"x\"},\"draft_files\":{\"d\":\"y\"}}|draft_files is not served by Caravan (expected: a create without it)",
                "{\"model\":\"m\",\"files\":{\"f\":\"x\"},\"draft_quantize\":\"q8_0\"}|--draft-quantize requires a DRAFT model",
                "{\"model\":\"m\",\"files\":{\"/f\":\"x\"}}|file path must be relative",
                "{\"model\":\"m\",\"files\":{\"f\":\"\"}}|invalid digest format",
                "{\"model\":\"m\",\"from\":\"m\",\"adapters\":{\"a\":\"\"}}|invalid digest format",
                "{\"model\":\"m\",\"from\":\"a//b\"}|invalid model name",
                "{\"model\":\"m\",\"from\":\"x\",\"info\":{\"base_name\":1}}|info field \"base_name\" must be a string",
                "{\"model\":\"m\",\"from\":\"x\",\"info\":{\"context_length\":1.5}}|info field \"context_length\" must be a non-negative integer",
                "{\"model\":\"m\",\"files\":{\"f\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"},\"caravan\":{\"continuation\":\"often\"}}|caravan.continuation: \"often\" (expected: fluent, exact or repeat)",
                "{\"model\":\"m\",\"files\":{\"f\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"}}|blob sha256:0000000000000000000000000000000000000000000000000000000000000000 not found (expected: sent before with POST /api/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000)"
            })
    void refusesACreateByWhatIsWrongWithIt(String body, String error) {
        HttpResponse<String> answer = post("/api/create", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").stringValue()).isEqualTo(error);
    }

    @Test
    void passesNodesAndModelsOnThroughTheGatewaysRoutes() {
        assertThat(get("/api/distributed/nodes").body())
                .isEqualTo(
                        WireJson.mapper()
                                .writeValueAsString(new NodesMessage(false, "", List.of())));
        // a connection that its neighbour has just closed is told as "try again"
        await().untilAsserted(
                        () -> {
                            HttpResponse<String> models = get("/api/distributed/models");
                            assertThat(json(models).path("models"))
                                    .describedAs(models.body())
                                    .hasSize(1);
                        });
    }

    @Test
    void showsWhichAgentsHoldWhichLayersOfASplitModel() {
        loadSplit();

        JsonNode replica =
                json(get("/api/distributed/models")).path("models").get(0).path("replicas").get(0);

        assertThat(replica.path("split").booleanValue()).isTrue();
        assertThat(replica.path("agentId").stringValue()).isEqualTo("small");
        assertThat(replica.path("memory").longValue()).isEqualTo(1_000);
        assertThat(replica.path("stages").toString())
                .isEqualTo(
                        "[{\"agentId\":\"small\",\"hostId\":\"host\",\"role\":\"HEAD\","
                                + "\"firstLayer\":0,\"lastLayer\":4,\"output\":false,\"memory\":700},"
                                + "{\"agentId\":\"roomy\",\"hostId\":\"host\",\"role\":\"MEMBER\","
                                + "\"firstLayer\":5,\"lastLayer\":7,\"output\":true,\"memory\":300}]");
    }

    @Test
    void sumsTheMemoryOfASplitModelOverItsProcesses() {
        loadSplit();

        JsonNode model = json(get("/api/ps")).path("models").get(0);

        assertThat(model.path("size").longValue()).isEqualTo(1_000);
        assertThat(model.path("caravan").path("replicas").get(0).path("members").toString())
                .isEqualTo("[{\"node\":\"roomy\",\"size\":300}]");
    }

    /** Of eight layers, five and the embeddings on one agent, three and the output on the other. */
    private static void loadSplit() {
        var stages =
                List.of(
                        new DesiredEngines.Stage("small", "http://s", null, 5),
                        new DesiredEngines.Stage("roomy", "http://r", "r1-1", 4));
        AgentReport.Replica whole = loaded("m:latest", ReplicaState.READY, 700, -1L);
        SMALL.report =
                report(
                        "small",
                        SMALL,
                        1,
                        List.of(
                                new AgentReport.Replica(
                                        "r1",
                                        whole.model(),
                                        whole.digest(),
                                        whole.state(),
                                        whole.contextLength(),
                                        whole.slots(),
                                        0,
                                        whole.continuation(),
                                        whole.memory(),
                                        1,
                                        "",
                                        1,
                                        -1L,
                                        null,
                                        null,
                                        stages)));
        AgentReport lender = report("roomy", ROOMY, 1, List.of());
        ROOMY.report =
                new AgentReport(
                        lender.agentId(),
                        lender.hostId(),
                        lender.address(),
                        lender.version(),
                        lender.startedAt(),
                        lender.sequence(),
                        null,
                        null,
                        1,
                        lender.memory(),
                        lender.store(),
                        lender.desired(),
                        List.of(),
                        List.of(
                                new AgentReport.Member(
                                        "r1-1",
                                        "r1",
                                        "m:latest",
                                        DIGEST,
                                        ReplicaState.READY,
                                        5,
                                        4,
                                        300,
                                        1,
                                        true,
                                        null,
                                        null)),
                        lender.models());
        CatalogueMessage.Model model = catalogued("m:latest", 5_000_000);
        CATALOGUE.set(
                new CatalogueMessage(
                        List.of(
                                new CatalogueMessage.Model(
                                        model.name(),
                                        model.digest(),
                                        model.size(),
                                        model.modifiedAt(),
                                        model.details(),
                                        model.capabilities(),
                                        new FactsMessage(8, 1_000, 1, 4_096, 64, null, null),
                                        model.policy(),
                                        model.holders(),
                                        model.conflict(),
                                        null))));
    }

    @Test
    void says503AndWhichServiceIsAwayBehindAGatewayRoute() {
        HEALTH_ANSWERS.set(false);

        HttpResponse<String> answer = get("/api/distributed/nodes");

        HEALTH_ANSWERS.set(true);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body())
                .isEqualTo("{\"error\":\"health-service does not answer; try again\"}");
    }

    @Test
    void tellsTheClusterBesideOllamasStatus() {
        offer(List.of(entry("m:latest", Continuation.EXACT, "roomy")), List.of(replica("r1")));

        JsonNode status = json(get("/api/status"));
        JsonNode cluster = json(get("/api/distributed/status"));

        assertThat(status.path("cloud").toString())
                .isEqualTo("{\"disabled\":true,\"source\":\"config\"}");
        assertThat(status.path("cluster")).isEqualTo(cluster);
        assertThat(cluster.path("models").intValue()).isEqualTo(1);
        assertThat(cluster.path("replicas").intValue()).isEqualTo(1);
        assertThat(cluster.path("nodes").path("ready").intValue()).isEqualTo(2);
        assertThat(cluster.path("services").path("worker-agent").intValue()).isEqualTo(2);
    }

    @Test
    void says503AndWhoIsAwayWhereNoAgentAnswers() {
        VerbsApp.INSTANCES.put("worker-agent", List.of(URI.create("http://127.0.0.1:1")));
        views.offer(new ClusterView(version(), List.of(), List.of(), List.of()));

        for (HttpResponse<String> answer :
                List.of(get("/api/ps"), post("/api/show", "{\"model\":\"m\"}"))) {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(json(answer).path("error").stringValue())
                    .contains("worker-agent")
                    .contains("127.0.0.1:1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nowhere",
        "POST, /api/tags/",
        "GET, /api/blobs",
        "GET, /internal/v1/nodes",
    })
    void says404ForAnUnknownPath(String method, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        request.header("Authorization", FakeNeighbour.AUTHORIZATION);
        HttpResponse<String> answer =
                client.sendAsync(
                                request.method(method, BodyPublishers.noBody()).build(),
                                BodyHandlers.ofString())
                        .join();

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("404 page not found");
        assertThat(type(answer)).isEqualTo("text/plain");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/api/show|POST",
                "POST|/api/tags|HEAD, GET",
                "HEAD|/api/ps|GET",
                "DELETE|/api/blobs/sha256:1|HEAD, POST",
                "POST|/api/distributed/nodes|GET"
            })
    void says405AndWhatIsAllowedForAWrongMethod(String method, String path, String allowed) {
        HttpResponse<String> answer = send(method, path, BodyPublishers.noBody());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains(allowed);
        if (!method.equals("HEAD")) {
            assertThat(answer.body()).isEqualTo("405 method not allowed");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/tags/, 301, /api/tags",
        "POST, /api/show/, 307, /api/show",
        "GET, //api/tags, 307, /api/tags"
    })
    void redirectsFromASlashTooMany(String method, String path, int status, String location) {
        HttpResponse<String> answer =
                client.sendAsync(
                                HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + port + path))
                                        .method(method, BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofString())
                        .join();

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Location")).contains(location);
    }

    private String upload(String text) {
        String blob = "sha256:" + FakeNeighbour.sha256(text.getBytes(UTF_8));
        ROOMY.blobs.put(blob, text.getBytes(UTF_8));
        return blob;
    }

    private Version version() {
        return new Version(1, VIEWS.incrementAndGet());
    }

    private void offer(List<ModelEntry> models, List<ReplicaSnapshot> replicas) {
        views.offer(
                new ClusterView(
                        version(),
                        List.of(agent("small", SMALL), agent("roomy", ROOMY)),
                        models,
                        replicas));
    }

    private static ReplicaSnapshot replica(String id) {
        return new ReplicaSnapshot(
                new ReplicaId(id),
                new AgentId("roomy"),
                ModelRef.parse("m").orElseThrow(),
                new ModelDigest(DIGEST),
                4_096,
                4,
                Continuation.EXACT);
    }

    private static AgentReport.Replica loaded(
            String model, ReplicaState state, long memory, @Nullable Long expiresAt) {
        return new AgentReport.Replica(
                "replica-" + model,
                model,
                DIGEST,
                state,
                4_096,
                4,
                0,
                "exact",
                memory,
                1,
                "",
                1,
                expiresAt,
                null,
                null,
                null);
    }

    private HttpResponse<String> get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    private HttpResponse<String> post(String path, String body) {
        return send("POST", path, BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body) {
        return client.sendAsync(
                        HttpRequest.newBuilder(uri(path)).method(method, body).build(),
                        BodyHandlers.ofString())
                .join();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static String type(HttpResponse<String> answer) {
        return answer.headers().firstValue("Content-Type").orElse("");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return WireJson.mapper().readTree(answer.body());
    }
}
