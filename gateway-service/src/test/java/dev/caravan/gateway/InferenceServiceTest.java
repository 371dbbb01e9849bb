package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.gateway.app.RunningRequests;
import dev.caravan.gateway.app.Views;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.Frame;
import dev.caravan.wire.KeepAliveMessage;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;

class InferenceServiceTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static final String PROMPT = "{\"model\":\"toy\",\"prompt\":\"Hi\"}";
    private static final String WHOLE = "{\"model\":\"toy\",\"prompt\":\"Hi\",\"stream\":false}";

    private static TestGateway gateway;

    private final String digest = TestGateway.newDigest();
    private final FakeAgent agent = new FakeAgent(4);
    private final FakeAgent other = new FakeAgent(4);
    private final FakeScheduler scheduler = new FakeScheduler();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void startGateway() {
        gateway =
                new TestGateway(
                        REDIS.url(),
                        folder,
                        Map.of(
                                "caravan.gateway.admission.max-queued", "40",
                                "caravan.gateway.cold-wait", "5s"));
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void startNeighbours() {
        gateway.schedulers.clear();
        gateway.schedulers.add(scheduler.address());
    }

    @AfterEach
    void stopNeighbours() {
        clients.shutdownNow();
        agent.close();
        other.close();
        scheduler.close();
    }

    @Test
    void streamsEachLineAsItComes() throws Exception {
        Sinks.Many<Frame> frames = Sinks.many().unicast().onBackpressureBuffer();
        agent.answers(run -> frames.asFlux());
        loadedOn(agent);
        frames.tryEmitNext(FakeAgent.head());
        frames.tryEmitNext(FakeAgent.piece(0, "Hel\"lo\n"));

        HttpResponse<Stream<String>> response = gateway.lines("/api/generate", PROMPT);
        Iterator<String> lines = response.body().iterator();

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/x-ndjson");
        JsonNode first = json(lines.next());
        assertThat(first.get("model").asString()).isEqualTo("toy");
        assertThat(first.get("response").asString()).isEqualTo("Hel\"lo\n");
        assertThat(first.get("done").asBoolean()).isFalse();
        assertThat(first.get("created_at").asString()).matches("\\d{4}-.*T.*\\.\\d{1,6}Z");

        frames.tryEmitNext(FakeAgent.piece(1, " world"));
        assertThat(json(lines.next()).get("response").asString()).isEqualTo(" world");

        frames.tryEmitNext(FakeAgent.end(2));
        frames.tryEmitComplete();
        JsonNode last = json(lines.next());
        assertThat(last.get("done").asBoolean()).isTrue();
        assertThat(last.get("done_reason").asString()).isEqualTo("stop");
        assertThat(last.get("prompt_eval_count").asInt()).isEqualTo(5);
        assertThat(last.get("eval_count").asInt()).isEqualTo(2);
        assertThat(last.get("eval_duration").asLong()).isEqualTo(2_250_000);
        assertThat(last.get("total_duration").asLong()).isPositive();
        assertThat(lines.hasNext()).isFalse();
    }

    @Test
    void answersAsOneObjectWhereNoStreamIsWished() throws Exception {
        loadedOn(agent);

        HttpResponse<String> response = gateway.post("/api/generate", WHOLE);

        assertThat(response.headers().firstValue("content-type"))
                .hasValue("application/json; charset=utf-8");
        assertThat(response.body()).doesNotEndWith("\n");
        assertThat(json(response.body()).get("response").asString()).isEqualTo("Hello world");
        assertThat(json(response.body()).get("done").asBoolean()).isTrue();
    }

    @Test
    void passesAnEnginesOwnRefusalOnAndAsksNobodyElse() throws Exception {
        agent.refuses(run -> new Refusal("UPSTREAM_FAILED", "runner stopped", null, 500));
        loadedOn(agent, other);

        HttpResponse<String> response = gateway.post("/api/generate", PROMPT);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEqualTo("{\"error\":\"runner stopped\"}");
        assertThat(agent.refused.get() + other.runs.size()).isEqualTo(1);
    }

    @Test
    void tellsAModelsReasoningApartFromItsAnswer() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                FakeAgent.head(),
                                new Frame.Piece(0, "", new int[0], false, "Hm. "),
                                new Frame.Piece(1, "", new int[0], false, "So."),
                                FakeAgent.piece(2, "Yes"),
                                FakeAgent.end(3)));
        loadedOn(agent);
        String chat =
                "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"far?\"}]%s}";

        List<String> lines = gateway.lines("/api/chat", chat.formatted("")).body().toList();
        JsonNode whole =
                json(gateway.post("/api/chat", chat.formatted(",\"stream\":false")).body());

        assertThat(json(lines.getFirst()).get("message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm. \"}");
        assertThat(json(lines.get(2)).get("message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"Yes\"}");
        assertThat(whole.get("message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"Yes\",\"thinking\":\"Hm. So.\"}");
    }

    @Test
    void answersAChatWithMessages() throws Exception {
        loadedOn(agent);

        HttpResponse<String> response =
                gateway.post(
                        "/api/chat",
                        """
                        {"model":"TOY:latest","stream":false,"options":{"temperature":0,"num_ctx":100,"stop":["x"]},
                         "keep_alive":"10m","messages":[{"role":"System","content":"Be brief."},{"role":"user","content":"Hi"}]}
                        """);

        JsonNode answer = json(response.body());
        assertThat(answer.get("model").asString()).isEqualTo("TOY:latest");
        assertThat(answer.at("/message/role").asString()).isEqualTo("assistant");
        assertThat(answer.at("/message/content").asString()).isEqualTo("Hello world");
        RunMessage run = agent.runs.getFirst();
        assertThat(run.messages())
                .containsExactly(
                        new RunMessage.Message("system", "Be brief."),
                        new RunMessage.Message("user", "Hi"));
        assertThat(run.options().temperature()).isZero();
        assertThat(run.options().topK()).isEqualTo(40);
        assertThat(run.options().stop()).containsExactly("x");
        assertThat(run.keepAliveMillis()).isEqualTo(600_000);
    }

    @Test
    void endsAStreamThatBreaksWithOneErrorLine() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                FakeAgent.head(),
                                FakeAgent.piece(0, "Hel"),
                                new Frame.Fail("UPSTREAM_FAILED", "no such call", false)));
        loadedOn(agent, other);

        List<String> lines = gateway.lines("/api/generate", PROMPT).body().toList();

        assertThat(lines).hasSize(2);
        assertThat(lines.getLast()).isEqualTo("{\"error\":\"no such call\"}");
    }

    @Test
    void tellsThatAnAnswerWasCutOff() throws Exception {
        agent.answers(run -> Flux.just(FakeAgent.head(), FakeAgent.piece(0, "Hel")));
        loadedOn(agent);

        List<String> lines = gateway.lines("/api/generate", PROMPT).body().toList();

        assertThat(lines.getLast())
                .startsWith(
                        "{\"error\":\"the answer broke off after 1 tokens (an error was encountered while running the model: unexpected EOF) and could not be continued: ");
    }

    @Test
    void tellsInAHeaderThatAWholeAnswerWasContinued() throws Exception {
        Stream.of(agent, other).forEach(each -> each.answers(InferenceServiceTest::goesOnOrBreaks));
        loadedOn(agent, other);

        HttpResponse<String> answer = gateway.post("/api/generate", WHOLE);

        assertThat(json(answer.body()).get("response").asString()).isEqualTo("Hello");
        assertThat(answer.headers().firstValue("X-Caravan-Continued"))
                .contains("times=1; exact=false");
    }

    private static Flux<Frame> goesOnOrBreaks(RunMessage run) {
        return run.resume() == null
                ? Flux.just(FakeAgent.head(), FakeAgent.piece(0, "Hel"))
                : Flux.just(
                        new Frame.Head(
                                "b1",
                                "replica",
                                7,
                                5,
                                List.of(1, 2, 3, 4, 5),
                                new Frame.Resumed(1, true)),
                        FakeAgent.piece(0, "lo"),
                        FakeAgent.end(2));
    }

    @Test
    void answersThirtyClientsOnFourSlotsWithoutEverOverrunningThem() throws Exception {
        Sinks.Empty<Void> all = Sinks.empty();
        agent.answers(run -> FakeAgent.reply("ok").delaySubscription(all.asMono()));
        loadedOn(agent);

        List<CompletableFuture<HttpResponse<String>>> answers = arriveInTurn(30);
        await().until(() -> agent.runs.size() == 4);
        all.tryEmitEmpty();

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
        assertThat(agent.runs).hasSize(30);
        assertThat(agent.mostActive).hasValue(4);
        assertThat(agent.refused).hasValue(0);
        assertThat(agent.runs.subList(0, 4).stream().map(InferenceServiceTest::prompt))
                .containsExactlyInAnyOrder("p0", "p1", "p2", "p3");
    }

    /** With one slot, so that what reaches the agent first is what was sent first. */
    @Test
    void answersInTheOrderOfArrival() throws Exception {
        Sinks.Empty<Void> all = Sinks.empty();
        try (FakeAgent narrow = new FakeAgent(1)) {
            narrow.answers(run -> FakeAgent.reply("ok").delaySubscription(all.asMono()));
            TestGateway.publish(REDIS.url(), digest, List.of(narrow), List.of(narrow));
            awaitView(narrow, 1);

            List<CompletableFuture<HttpResponse<String>>> answers = arriveInTurn(30);
            all.tryEmitEmpty();

            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
            assertThat(narrow.runs.stream().map(InferenceServiceTest::prompt))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 30).mapToObj(index -> "p" + index).toList());
        }
    }

    private List<CompletableFuture<HttpResponse<String>>> arriveInTurn(int clients) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int index = 0; index < clients; index++) {
            String body =
                    "{\"model\":\"toy\",\"stream\":false,\"prompt\":\"p%d\"}".formatted(index);
            answers.add(async(() -> gateway.post("/api/generate", body)));
            int arrived = index + 1;
            await().pollInterval(Duration.ofMillis(2)).until(() -> running() == arrived);
        }
        return answers;
    }

    @Test
    void refusesWhatComesWhenTheLineIsFull() throws Exception {
        agent.answers(run -> Flux.never());
        loadedOn(agent);
        List<TestGateway.RawClient> waiting = new ArrayList<>();
        for (int index = 0; index < 44; index++) {
            waiting.add(gateway.raw("/api/generate", PROMPT));
        }
        await().until(() -> running() == 44);

        HttpResponse<String> refused = gateway.post("/api/generate", PROMPT);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .isEqualTo(
                        "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();

        for (TestGateway.RawClient client : waiting) {
            client.close();
        }
        await().until(() -> running() == 0);
        await().until(() -> agent.active.get() == 0);
    }

    @Test
    void cancelsAtTheAgentWhenAStreamingClientLeaves() throws Exception {
        agent.answers(
                run ->
                        Flux.concat(
                                Flux.just(FakeAgent.head(), FakeAgent.piece(0, "Hel")),
                                Flux.never()));
        loadedOn(agent);

        try (TestGateway.RawClient client = gateway.raw("/api/generate", PROMPT)) {
            client.readUntil("Hel");
        }

        await().atMost(Duration.ofSeconds(2)).until(() -> agent.cancelled.get() == 1);
        await().until(() -> running() == 0);
    }

    @Test
    void cancelsAtTheAgentWhenAClientLeavesBeforeItsFirstByte() throws Exception {
        agent.answers(run -> Flux.concat(Flux.just(FakeAgent.head()), Flux.never()));
        loadedOn(agent);

        for (String body : List.of(PROMPT, WHOLE)) {
            TestGateway.RawClient client = gateway.raw("/api/generate", body);
            await().until(() -> agent.active.get() == 1);
            client.close();

            await().atMost(Duration.ofSeconds(2)).until(() -> agent.active.get() == 0);
        }
        assertThat(agent.cancelled).hasValue(2);

        agent.answers(run -> FakeAgent.reply("ok"));
        assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatLeavesTheLineFreesItsPlace() throws Exception {
        agent.answers(run -> Flux.never());
        loadedOn(agent);
        List<TestGateway.RawClient> running = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            running.add(gateway.raw("/api/generate", PROMPT));
        }
        await().until(() -> agent.active.get() == 4);
        TestGateway.RawClient waiting = gateway.raw("/api/generate", WHOLE);
        await().until(() -> running() == 5);

        waiting.close();

        await().atMost(Duration.ofSeconds(2)).until(() -> running() == 4);
        for (TestGateway.RawClient client : running) {
            client.close();
        }
        await().until(() -> agent.active.get() == 0);
        assertThat(agent.runs).hasSize(4);
    }

    @Test
    void waitsWhereTheAgentIsBusyWithRequestsOfOthers() throws Exception {
        agent.refuses(run -> agent.refused.get() < 3 ? Refusal.of("BUSY", "no free slot") : null);
        loadedOn(agent);

        HttpResponse<String> response = gateway.post("/api/generate", WHOLE);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(agent.refused).hasValue(3);
        assertThat(agent.runs).hasSize(1);
    }

    @Test
    void takesTheNextReplicaWhereOneDoesNotAnswer() throws Exception {
        loadedOn(agent, other);
        agent.close();

        for (int round = 0; round < 5; round++) {
            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        }

        assertThat(other.runs).hasSize(5);
    }

    @Test
    void takesTheNextReplicaWhereOneBreaksBeforeItsFirstPiece() throws Exception {
        agent.answers(
                run ->
                        Flux.just(
                                FakeAgent.head(),
                                new Frame.Progress(1, 5),
                                new Frame.Fail("UPSTREAM_FAILED", "engine ended", true)));
        loadedOn(agent, other);

        assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        assertThat(other.runs).hasSize(1);
    }

    @Test
    void loadsAnewWhereTheOnlyEngineHasEnded() throws Exception {
        agent.refuses(run -> Refusal.of("MODEL_NOT_FOUND", "replica is gone"));
        scheduler.answers(message -> Mono.just(ready(other)));
        loadedOn(agent);

        assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        assertThat(scheduler.loads)
                .extracting(LoadMessage::avoided)
                .containsExactly(List.of(agent.replica()));
        assertThat(other.runs).hasSize(1);
    }

    @Test
    void passesOnWhatTheEngineFindsWrong() throws Exception {
        agent.answers(run -> Flux.just(new Frame.Fail("INVALID_REQUEST", "bad schema", false)));
        loadedOn(agent, other);

        HttpResponse<String> response = gateway.post("/api/generate", WHOLE);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo("{\"error\":\"bad schema\"}");
        assertThat(other.runs).isEmpty();
    }

    @Test
    void asksOnceForALoadThatManyWaitFor() throws Exception {
        Sinks.One<LoadAnswer> load = Sinks.one();
        scheduler.answers(message -> load.asMono());
        knownOn(agent);
        List<CompletableFuture<HttpResponse<String>>> answers =
                IntStream.range(0, 10)
                        .mapToObj(index -> async(() -> gateway.post("/api/generate", WHOLE)))
                        .toList();
        // counted in the same step in which each begins to wait for the load
        await().atMost(Duration.ofMinutes(1)).until(() -> queued() == 10);

        load.tryEmitValue(ready(agent));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
        LoadMessage asked = scheduler.loads.getFirst();
        assertThat(scheduler.loads).hasSize(1);
        assertThat(asked.contextLength()).isEqualTo(4096);
        assertThat(asked.digest()).isEqualTo(digest);
    }

    @Test
    void asksOnWhileALoadIsPending() throws Exception {
        scheduler.answers(
                message ->
                        Mono.just(
                                scheduler.loads.size() < 3
                                        ? new LoadAnswer(
                                                LoadAnswer.State.PENDING,
                                                1,
                                                1,
                                                null,
                                                null,
                                                null,
                                                null)
                                        : ready(agent)));
        knownOn(agent);

        assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        assertThat(scheduler.loads).hasSize(3);
    }

    @Test
    void asksTheNextSchedulerWhereOneDoesNotLead() throws Exception {
        scheduler.answers(message -> Mono.empty());
        knownOn(agent);
        try (FakeScheduler leader = new FakeScheduler()) {
            leader.answers(message -> Mono.just(ready(agent)));
            gateway.schedulers.add(leader.address());

            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void answers503WhereNoSchedulerDoes() throws Exception {
        gateway.schedulers.clear();
        gateway.schedulers.add(URI.create("http://127.0.0.1:1"));
        knownOn(agent);

        HttpResponse<String> response = gateway.post("/api/generate", PROMPT);

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).hasValue("1");
        assertThat(response.body()).contains("no scheduler answers", "127.0.0.1:1");
        assertThat(gateway.metrics())
                .containsPattern("caravan_degraded_mode\\{.*no_scheduler.*} 1.0");
    }

    @Test
    void answersWithTheTextOfALoadThatFailed() throws Exception {
        scheduler.answers(message -> Mono.just(failed("LOAD_FAILED", "engine: exit code 1")));
        knownOn(agent);

        HttpResponse<String> response = gateway.post("/api/generate", PROMPT);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEqualTo("{\"error\":\"engine: exit code 1\"}");
    }

    @Test
    void answers503WithTheShortfallWhereNothingCanTakeTheModel() throws Exception {
        scheduler.answers(message -> Mono.just(failed("NO_CAPACITY", "needs 3 GiB more")));
        knownOn(agent);

        HttpResponse<String> response = gateway.post("/api/generate", PROMPT);

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("{\"error\":\"needs 3 GiB more\"}");
    }

    @Test
    void asksForMoreContextThanIsLoaded() throws Exception {
        scheduler.answers(message -> Mono.just(failed("NO_CAPACITY", "no")));
        loadedOn(agent);

        gateway.post(
                "/api/generate",
                "{\"model\":\"toy\",\"prompt\":\"Hi\",\"options\":{\"num_ctx\":5000}}");

        assertThat(scheduler.loads.getFirst().contextLength()).isEqualTo(8192);
    }

    @Test
    void loadsAndUnloadsByAnEmptyPrompt() throws Exception {
        loadedOn(agent);

        HttpResponse<String> load =
                gateway.post("/api/generate", "{\"model\":\"toy\",\"keep_alive\":-1}");
        HttpResponse<String> unload =
                gateway.post("/api/chat", "{\"model\":\"toy\",\"messages\":[],\"keep_alive\":0}");

        assertThat(json(load.body()).get("done_reason").asString()).isEqualTo("load");
        assertThat(agent.keepAlives).hasSize(1);
        assertThat(agent.keepAlives.getFirst().keepAliveMillis()).isEqualTo(-1L);
        assertThat(json(unload.body()).get("done_reason").asString()).isEqualTo("unload");
        assertThat(json(unload.body()).at("/message/content").asString()).isEmpty();
        assertThat(scheduler.unloads.getFirst().digest()).isEqualTo(digest);
        assertThat(agent.runs).isEmpty();
    }

    @Test
    void aLoadOfWhatIsLoadedLetsItsTimeRunAnew() throws Exception {
        loadedOn(agent);

        HttpResponse<String> load = gateway.post("/api/generate", "{\"model\":\"toy\"}");

        assertThat(json(load.body()).get("done_reason").asString()).isEqualTo("load");
        assertThat(agent.keepAlives).containsExactly(new KeepAliveMessage(agent.replica(), null));
        assertThat(scheduler.loads).isEmpty();
    }

    @Test
    void aLoadOfWhatIsGoneAlreadyLoadsItAnew() throws Exception {
        agent.unloads();
        scheduler.answers(message -> Mono.just(ready(other)));
        loadedOn(agent);

        HttpResponse<String> load = gateway.post("/api/generate", "{\"model\":\"toy\"}");

        assertThat(json(load.body()).get("done_reason").asString()).isEqualTo("load");
        assertThat(scheduler.loads).hasSize(1);
        assertThat(scheduler.loads.getFirst().avoid()).containsExactly(agent.replica());
        assertThat(other.keepAlives).hasSize(1);
    }

    @Test
    void aLoadThatNobodyCanMakeIsRefusedThoughTheViewHasAReplica() throws Exception {
        agent.unloads();
        scheduler.answers(message -> Mono.just(failed("NO_CAPACITY", "needs 3 GiB more")));
        loadedOn(agent);

        HttpResponse<String> load = gateway.post("/api/generate", "{\"model\":\"toy\"}");

        assertThat(load.statusCode()).isEqualTo(503);
        assertThat(load.body()).isEqualTo("{\"error\":\"needs 3 GiB more\"}");
    }

    @Test
    void refusesAnUnknownModelInOllamasWords() throws Exception {
        loadedOn(agent);

        HttpResponse<String> response =
                gateway.post("/api/generate", "{\"model\":\"nope\",\"prompt\":\"Hi\"}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"error\":\"model 'nope' not found\"}");
        assertThat(response.headers().firstValue("content-type"))
                .hasValue("application/json; charset=utf-8");
    }

    @Test
    void keepsAValidRequestIdAndMakesOneOtherwise() throws Exception {
        loadedOn(agent);

        HttpResponse<String> made = gateway.post("/api/generate", WHOLE);

        String id = made.headers().firstValue("x-request-id").orElseThrow();
        assertThat(id)
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(agent.runs.getFirst().requestId()).isEqualTo(id);
    }

    @Test
    void listsTheRequestsThatRun() throws Exception {
        agent.answers(
                run ->
                        Flux.concat(
                                Flux.just(FakeAgent.head(), FakeAgent.piece(0, "Hel")),
                                Flux.never()));
        loadedOn(agent);
        try (TestGateway.RawClient client = gateway.raw("/api/generate", PROMPT)) {
            client.readUntil("Hel");

            JsonNode listed =
                    json(gateway.get("/api/distributed/requests").body()).at("/requests/0");

            assertThat(listed.get("model").asString()).isEqualTo("toy:latest");
            assertThat(listed.get("node").asString()).isEqualTo(agent.id);
            assertThat(listed.get("tokens").asInt()).isEqualTo(1);
        }
        await().until(() -> running() == 0);
    }

    @Test
    void anOlderViewUndoesNothing() throws Exception {
        loadedOn(agent);

        TestGateway.publish(REDIS.url(), TestGateway.view(1, digest, List.of(agent), List.of()));
        assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
    }

    private void loadedOn(FakeAgent... agents) {
        publish(List.of(agents));
    }

    private void knownOn(FakeAgent holder) {
        publish(List.of());
        assertThat(holder.runs).isEmpty();
    }

    private void publish(List<FakeAgent> loaded) {
        TestGateway.publish(REDIS.url(), digest, List.of(agent, other), loaded);
        awaitView(agent, loaded.size());
    }

    private static void awaitView(FakeAgent member, int replicas) {
        await().until(
                        () -> {
                            var view = gateway.bean(Views.class).current();
                            return view.replicas().size() == replicas
                                    && view.agents().stream()
                                            .anyMatch(
                                                    seen ->
                                                            seen.address()
                                                                    .equals(member.address()));
                        });
    }

    private static String prompt(RunMessage run) {
        return Objects.requireNonNull(run.messages()).getFirst().content();
    }

    private LoadAnswer ready(FakeAgent agent) {
        return new LoadAnswer(
                LoadAnswer.State.READY,
                1,
                1,
                TestGateway.replica(agent, digest),
                agent.inView(),
                null,
                null);
    }

    private static LoadAnswer failed(String code, String error) {
        return new LoadAnswer(LoadAnswer.State.FAILED, 1, 1, null, null, code, error);
    }

    private static int running() {
        return gateway.bean(RunningRequests.class).list().size();
    }

    private static double queued() {
        return gateway.bean(MeterRegistry.class).find("caravan.queue.depth").gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    private static JsonNode json(String text) {
        return WireJson.mapper().readTree(text);
    }

    private <T> CompletableFuture<T> async(Callable<T> call) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return call.call();
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                },
                clients);
    }
}
