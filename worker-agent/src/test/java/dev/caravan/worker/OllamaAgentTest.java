package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Frame;
import dev.caravan.wire.Logprob;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.ShowQuery;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.ToolCall;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.FakeOllama.Asked;
import dev.caravan.worker.FakeOllama.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** An agent that adopted an Ollama server, asked as a gateway and a scheduler would. */
class OllamaAgentTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final AtomicInteger GENERATION = new AtomicInteger();

    @TempDir private static Path folder;

    private static FakeOllama ollama;
    private static TestAgent agent;

    @BeforeAll
    static void start() {
        ollama = FakeOllama.start();
        agent = TestAgent.adopting(ollama, folder, "--caravan.worker.ollama.slots=2");
    }

    @AfterAll
    static void stop() {
        agent.close();
        ollama.close();
    }

    @BeforeEach
    void forget() {
        agent.desire(GENERATION.incrementAndGet());
        Awaitility.await().atMost(SOON).until(OllamaAgentTest::nothingIsLoaded);
        ollama.load = Reply.refuse(200, "");
        ollama.asked.clear();
        ollama.left.set(0);
    }

    /** What has ended by itself stays in the report for those who look later. */
    private static boolean nothingIsLoaded() {
        return agent.report().replicas().stream()
                .allMatch(
                        replica ->
                                replica.state() == ReplicaState.EXITED
                                        || replica.state() == ReplicaState.FAILED);
    }

    private static DesiredEngines.Engine wanted(String id) {
        return new DesiredEngines.Engine(
                id, FakeOllama.LLAMA, FakeOllama.LLAMA_DIGEST, 4096, 0, "fluent", null, null, null);
    }

    private static AgentReport.Replica load() {
        int generation = GENERATION.incrementAndGet();
        return agent.load(generation, wanted("o-" + generation));
    }

    private static RunMessage.Options options(@Nullable List<String> named) {
        return new RunMessage.Options(
                32, 7, 40, 0.9, 0, 1, 64, 0.2, 1, 0, 0, 4, List.of("END"), null, named);
    }

    private static RunMessage prompt(AgentReport.Replica replica, String text) {
        return TestAgent.message(
                replica,
                List.of(new RunMessage.Message("user", text)),
                text,
                options(List.of("num_predict", "temperature")));
    }

    private static String done(String reason) {
        return """
        {"model":"llama3.2:latest","created_at":"2026-11-21T08:00:01Z","response":"","done":true,"done_reason":"%s",\
        "context":[1,2],"total_duration":900000000,"load_duration":100000000,"prompt_eval_count":11,\
        "prompt_eval_duration":300000000,"eval_count":2,"eval_duration":490000000}"""
                .formatted(reason);
    }

    private static String said(String text) {
        return "{\"model\":\"llama3.2:latest\",\"created_at\":\"2026-11-21T08:00:00Z\",\"response\":\"%s\",\"done\":false}"
                .formatted(text);
    }

    @Test
    void reportsTheModelsOfTheOllamaAtOnceWithoutACopy() {
        AgentReport report = agent.report();

        assertThat(report.models()).hasSize(1);
        AgentReport.Model model = report.models().getFirst();
        assertThat(model.name()).isEqualTo(FakeOllama.LLAMA);
        assertThat(model.digest()).isEqualTo(FakeOllama.LLAMA_DIGEST);
        assertThat(model.size()).isEqualTo(FakeOllama.LLAMA_BYTES);
        assertThat(model.modifiedAt())
                .isEqualTo(
                        OffsetDateTime.parse("2026-08-21T18:48:00.123456789-07:00")
                                .toInstant()
                                .toEpochMilli());
        assertThat(model.engine()).isEqualTo("ollama");
        assertThat(model.details().family()).isEqualTo("llama");
        assertThat(model.details().parameterSize()).isEqualTo("3.2B");
        assertThat(model.details().quantizationLevel()).isEqualTo("Q4_K_M");
        assertThat(model.details().contextLength()).isEqualTo(8192);
        assertThat(model.capabilities()).containsExactly("completion", "tools");
        assertThat(model.facts())
                .satisfies(
                        facts -> {
                            assertThat(facts.layers()).isEqualTo(28);
                            assertThat(facts.weights()).isEqualTo(FakeOllama.LLAMA_BYTES);
                            assertThat(facts.kvBytesPerToken())
                                    .isEqualTo(28L * 8 * (128 + 128) * 2);
                            assertThat(facts.trainedContext()).isEqualTo(8192);
                        });
        assertThat(report.store().models()).isZero();
        assertThat(report.adopted())
                .containsExactly(
                        new AgentReport.Adopted("ollama", ollama.url(), "0.33.0", 2, true, null));
    }

    @Test
    void doesNotOfferModelsThatRunAtOllamaDotCom() {
        assertThat(agent.report().models())
                .extracting(AgentReport.Model::name)
                .doesNotContain("gpt-oss:120b-cloud");
    }

    @Test
    void followsWhatItsOwnerAddsAndRemoves() {
        String other = "b7".repeat(32);
        ollama.tags.put(
                "mine:7b",
                "{\"name\":\"mine:7b\",\"model\":\"mine:7b\",\"modified_at\":\"2026-09-01T00:00:00Z\",\"size\":5,\"digest\":\"%s\"}"
                        .formatted(other));
        Awaitility.await()
                .atMost(SOON)
                .until(
                        () ->
                                agent.report().models().stream()
                                        .anyMatch(model -> model.digest().equals(other)));

        ollama.tags.remove("mine:7b");

        Awaitility.await().atMost(SOON).until(() -> agent.report().models().size() == 1);
    }

    @Test
    void showsAModelAsItsOllamaDoes() {
        String shown = agent.post(Routes.SHOW, new ShowQuery(FakeOllama.LLAMA, false)).body();

        ShowMessage message = WireJson.mapper().readValue(shown, ShowMessage.class);
        assertThat(message.layers().get("license")).containsExactly("Be kind.");
        assertThat(message.layers().get("template")).containsExactly("{{ .Prompt }}");
        assertThat(message.layers().get("system")).containsExactly("Be brief.");
        assertThat(message.modelfile())
                .isEqualTo("# Modelfile generated by \"ollama show\"\nFROM /m");
        assertThat(message.layers().get("params"))
                .containsExactly("{\"stop\":[\"<|eot_id|>\",\"<|end|>\"],\"temperature\":0.7}");
        assertThat(message.requires()).isEqualTo("0.14.0");
        assertThat(message.modelInfo().get("llama.block_count")).hasToString("28");
        assertThat(message.tensors())
                .containsExactly(
                        new ShowMessage.Tensor("output_norm.weight", "F32", List.of(3072L)));
    }

    @Test
    void loadsAndUnloadsByOllamasOwnIdiom() {
        AgentReport.Replica replica = load();

        Asked loading = ollama.asked("api/generate").getFirst();
        assertThat(loading.body().toString())
                .isEqualTo(
                        "{\"model\":\"llama3.2:latest\",\"stream\":false,\"keep_alive\":600,\"options\":{\"num_ctx\":4096}}");
        assertThat(ollama.loaded).containsExactly(FakeOllama.LLAMA);
        assertThat(replica.slots()).isEqualTo(2);
        assertThat(replica.pid()).isZero();
        assertThat(replica.engineAddress()).isEqualTo(ollama.url().substring("http://".length()));
        ollama.psSize = 64L << 20;
        agent.await(replica.replicaId(), told -> told.memory() == 64L << 20);
        assertThat(agent.report().memory().used()).isEqualTo(64L << 20);

        ollama.asked.clear();
        agent.desire(GENERATION.incrementAndGet());

        Awaitility.await().atMost(SOON).until(OllamaAgentTest::nothingIsLoaded);
        assertThat(ollama.loaded).isEmpty();
        assertThat(ollama.asked("api/generate").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        "{\"model\":\"llama3.2:latest\",\"stream\":false,\"keep_alive\":0}"));
    }

    @Test
    void loadsAModelThatOnlyMakesVectorsByTheRouteThatMakesThem() {
        ollama.tags.put(FakeOllama.EMBED, FakeOllama.EMBED_TAG);
        Awaitility.await().atMost(SOON).until(() -> agent.report().models().size() == 2);
        int generation = GENERATION.incrementAndGet();

        agent.load(
                generation,
                new DesiredEngines.Engine(
                        "o-" + generation,
                        FakeOllama.EMBED,
                        FakeOllama.EMBED_DIGEST,
                        2048,
                        0,
                        "fluent",
                        null,
                        null,
                        null));

        assertThat(ollama.loaded).containsExactly(FakeOllama.EMBED);
        assertThat(ollama.asked("api/embed").getFirst().body().toString())
                .isEqualTo(
                        "{\"model\":\"embed:latest\",\"stream\":false,\"keep_alive\":600,\"options\":{\"num_ctx\":2048}}");
        agent.desire(GENERATION.incrementAndGet());
        Awaitility.await().atMost(SOON).until(OllamaAgentTest::nothingIsLoaded);
        assertThat(ollama.loaded).isEmpty();
        ollama.tags.remove(FakeOllama.EMBED);
        Awaitility.await().atMost(SOON).until(() -> agent.report().models().size() == 1);
    }

    @Test
    void endsAReplicaThatWasLoadedAnewWithoutUnloadingTheNewerOne() {
        AgentReport.Replica first = load();
        DesiredEngines.Engine wider =
                new DesiredEngines.Engine(
                        "wider-" + GENERATION.get(),
                        FakeOllama.LLAMA,
                        FakeOllama.LLAMA_DIGEST,
                        8192,
                        0,
                        "fluent",
                        null,
                        null,
                        null);
        agent.desire(GENERATION.incrementAndGet(), wanted(first.replicaId()), wider);
        agent.await(wider.replicaId(), told -> told.state() == ReplicaState.READY);

        agent.desire(GENERATION.incrementAndGet(), wider);

        Awaitility.await()
                .atMost(SOON)
                .until(
                        () ->
                                agent.report().replicas().stream()
                                        .filter(one -> one.state() == ReplicaState.READY)
                                        .allMatch(
                                                one -> one.replicaId().equals(wider.replicaId())));
        assertThat(ollama.loaded).containsExactly(FakeOllama.LLAMA);
        assertThat(ollama.asked("api/generate"))
                .noneMatch(asked -> asked.body().path("keep_alive").asInt() == 0);
    }

    @Test
    void takesTheFilesSizeWhereOllamaTellsNone() {
        ollama.psSize = 0;

        AgentReport.Replica replica = load();

        agent.await(replica.replicaId(), told -> told.memory() == 16L << 20);
    }

    @Test
    void saysInOllamasWordsWhyAModelDidNotLoad() {
        ollama.load =
                Reply.refuse(
                        500,
                        "{\"error\":\"llama-server process has terminated: signal: aborted\"}");
        int generation = GENERATION.incrementAndGet();

        agent.desire(generation, wanted("o-" + generation));

        AgentReport.Replica failed =
                agent.await("o-" + generation, told -> told.state() == ReplicaState.FAILED);
        assertThat(failed.fault())
                .isEqualTo("llama-server process has terminated: signal: aborted");
    }

    @Test
    void waitsWhereOllamaIsTooBusyToLoad() {
        ollama.load = Reply.refuse(503, "{\"error\":\"server busy, please try again.\"}");
        int generation = GENERATION.incrementAndGet();
        agent.desire(generation, wanted("o-" + generation));
        Awaitility.await().atMost(SOON).until(() -> ollama.asked("api/generate").size() > 1);
        assertThat(agent.replica("o-" + generation).state()).isEqualTo(ReplicaState.LOADING);

        ollama.load = Reply.refuse(200, "");

        agent.await("o-" + generation, told -> told.state() == ReplicaState.READY);
    }

    @Test
    void streamsAPromptAndPassesOnOnlyWhatTheClientNamed() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script =
                _ ->
                        Reply.lines(
                                said("The"), said(" caravan \\u00e9 \\ud83d\\ude00"), done("stop"));

        List<Frame> frames = agent.run(prompt(replica, "Where to?")).all();

        assertThat(ollama.asked("api/generate").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        "{\"model\":\"llama3.2:latest\",\"prompt\":\"Where to?\",\"stream\":true,\"keep_alive\":600,\"options\":{\"num_predict\":32,\"temperature\":0.2,\"num_ctx\":4096}}"));
        assertThat(frames.getFirst())
                .isEqualTo(
                        new Frame.Head(
                                "ollama 0.33.0", replica.replicaId(), 7, 0, List.of(), null));
        assertThat(frames.subList(1, 3))
                .map(Frame.Piece.class::cast)
                .satisfiesExactly(
                        first -> {
                            assertThat(first.seq()).isZero();
                            assertThat(first.text()).isEqualTo("The");
                            assertThat(first.ids()).isEmpty();
                            assertThat(first.idsComplete()).isFalse();
                        },
                        second -> {
                            assertThat(second.seq()).isEqualTo(1);
                            assertThat(second.text()).isEqualTo(" caravan é 😀");
                        });
        assertThat(frames.getLast())
                .isEqualTo(new Frame.End("stop", 11, 0, 300, 2, 490, List.of(1, 2)));
    }

    @Test
    void handsAConversationToOllamaWithItsThinkingApart() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script =
                _ ->
                        Reply.lines(
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm.\"},\"done\":false}",
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"Yes\"},\"done\":false}",
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"length\",\"eval_count\":3}");
        List<RunMessage.Message> messages =
                List.of(
                        new RunMessage.Message("system", "Be brief."),
                        new RunMessage.Message("user", "Is it far?"));

        List<Frame> frames =
                agent.run(TestAgent.message(replica, messages, null, options(List.of()))).all();

        assertThat(ollama.asked("api/chat").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        "{\"model\":\"llama3.2:latest\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Is it far?\"}],\"stream\":true,\"keep_alive\":600,\"options\":{\"num_ctx\":4096}}"));
        assertThat(((Frame.Piece) frames.get(1)).thinking()).isEqualTo("Hm.");
        assertThat(((Frame.Piece) frames.get(1)).text()).isEmpty();
        assertThat(((Frame.Piece) frames.get(2)).text()).isEqualTo("Yes");
        assertThat(frames.getLast()).isEqualTo(new Frame.End("length", 0, 0, 0, 3, 0));
    }

    @Test
    void handsEverythingThatWasAskedForToOllama() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script =
                _ ->
                        Reply.lines(
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"index\":1,\"name\":\"get\",\"arguments\":{\"b\":1,\"a\":2}}}]},\"done\":false,\"logprobs\":[{\"token\":\"x\",\"logprob\":-0.5,\"bytes\":[120],\"top_logprobs\":[{\"token\":\"y\",\"logprob\":-1,\"bytes\":[121]}]}]}",
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":3}");
        ToolCall call = new ToolCall("call_0", 0, "get", WireJson.mapper().readTree("{\"a\":1}"));
        RunMessage message =
                new RunMessage(
                        "test",
                        replica.replicaId(),
                        replica.digest(),
                        replica.model(),
                        List.of(
                                new RunMessage.Message(
                                        "assistant", "", "Hm", null, List.of(call), null, null),
                                new RunMessage.Message(
                                        "tool", "sunny", null, null, null, "get", "call_0"),
                                new RunMessage.Message(
                                        "user", "look", null, List.of("aGk="), null, null, null)),
                        null,
                        options(List.of()),
                        null,
                        null,
                        List.of(WireJson.mapper().readTree("{\"type\":\"function\"}")),
                        new RunMessage.Answer(true, "low", 2, false, false, false, null),
                        null,
                        null);

        List<Frame> frames = agent.run(message).all();

        assertThat(ollama.asked("api/chat").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        """
                                        {"model":"llama3.2:latest","messages":[
                                         {"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"id":"call_0","function":{"index":0,"name":"get","arguments":{"a":1}}}]},
                                         {"role":"tool","content":"sunny","tool_name":"get","tool_call_id":"call_0"},
                                         {"role":"user","content":"look","images":["aGk="]}],
                                         "tools":[{"type":"function"}],"keep_alive":600,"stream":true,"think":"low","logprobs":true,"top_logprobs":2,
                                         "truncate":false,"shift":false,"options":{"num_ctx":4096}}
                                        """));
        assertThat(frames.get(1))
                .isInstanceOfSatisfying(
                        Frame.Piece.class,
                        piece -> {
                            assertThat(piece.toolCalls())
                                    .containsExactly(
                                            new ToolCall(
                                                    "call_1",
                                                    1,
                                                    "get",
                                                    WireJson.mapper()
                                                            .readTree("{\"b\":1,\"a\":2}")));
                            assertThat(piece.logprobs())
                                    .containsExactly(
                                            new Logprob(
                                                    "x",
                                                    -0.5,
                                                    List.of(new Logprob("y", -1, null))));
                        });
    }

    private static RunMessage resumed(
            AgentReport.Replica replica,
            @Nullable List<RunMessage.Message> messages,
            @Nullable String prompt,
            RunMessage.@Nullable Instruction instruction,
            @Nullable List<JsonNode> tools,
            RunMessage.Resume point) {
        return new RunMessage(
                "test",
                replica.replicaId(),
                replica.digest(),
                replica.model(),
                messages,
                prompt,
                options(List.of("num_predict")),
                null,
                instruction,
                tools,
                null,
                null,
                point);
    }

    private static final RunMessage.Resume TOLD =
            new RunMessage.Resume(null, null, "The car", null, 3);

    private static final List<RunMessage.Message> ASKED =
            List.of(
                    new RunMessage.Message("system", "Be brief."),
                    new RunMessage.Message("user", "Hi"));

    private static String chatEnd() {
        return "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":14,\"eval_count\":2}";
    }

    @Test
    void goesOnWithAChatThatBrokeOffElsewhere() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script =
                _ ->
                        Reply.lines(
                                "{\"message\":{\"role\":\"assistant\",\"content\":\"avan\"},\"done\":false}",
                                chatEnd());

        List<Frame> frames =
                agent.run(
                                resumed(
                                        replica,
                                        ASKED,
                                        null,
                                        null,
                                        null,
                                        new RunMessage.Resume(null, null, "The car", "Hm.", 5)))
                        .all();

        assertThat(ollama.asked("api/chat").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        """
                                        {"model":"llama3.2:latest","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
                                         {"role":"assistant","content":"The car","thinking":"Hm."}],
                                         "keep_alive":600,"stream":true,"options":{"num_predict":27,"num_ctx":4096}}
                                        """));
        assertThat(((Frame.Head) frames.getFirst()).resumed())
                .isEqualTo(new Frame.Resumed(5, false));
        assertThat(((Frame.Piece) frames.get(1)).text()).isEqualTo("avan");
        assertThat(frames.getLast()).isEqualTo(new Frame.End("stop", 9, 0, 0, 7, 0));
    }

    @Test
    void goesOnWithAnInstructionAsTheChatThatItIs() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script = _ -> Reply.lines(chatEnd());

        List<Frame> frames =
                agent.run(
                                resumed(
                                        replica,
                                        ASKED,
                                        "Hi",
                                        new RunMessage.Instruction("", null, null, null),
                                        null,
                                        TOLD))
                        .all();

        assertThat(ollama.asked("api/chat").getFirst().body().path("messages"))
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        """
                                        [{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"The car"}]
                                        """));
        assertThat(((Frame.End) frames.getLast()).answerTokens()).isEqualTo(5);
    }

    @Test
    void goesOnWithARawPromptBehindIt() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script = _ -> Reply.lines(said("avan"), done("stop"));

        List<Frame> frames = agent.run(resumed(replica, null, "Where? ", null, null, TOLD)).all();

        JsonNode body = ollama.asked("api/generate").getFirst().body();
        assertThat(body.path("prompt").asString()).isEqualTo("Where? The car");
        assertThat(body.path("raw").asBoolean()).isTrue();
        assertThat(((Frame.Piece) frames.get(1)).text()).isEqualTo("avan");
        assertThat(((Frame.End) frames.getLast()).answerTokens()).isEqualTo(5);
    }

    @Test
    void anAnswerThatHadAllItsTokensIsOver() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();

        List<Frame> frames =
                agent.run(
                                resumed(
                                        replica,
                                        ASKED,
                                        null,
                                        null,
                                        null,
                                        new RunMessage.Resume(
                                                List.of(1, 2, 3), null, "all of it", null, 32)))
                        .all();

        assertThat(ollama.asked("api/chat")).isEmpty();
        assertThat(frames.getLast()).isEqualTo(new Frame.End("length", 3, 0, 0, 32, 0));
    }

    @Test
    void refusesToGoOnWhereItCannot() {
        AgentReport.Replica replica = load();
        JsonNode tool = WireJson.mapper().readTree("{\"type\":\"function\"}");

        assertThat(refusal(resumed(replica, ASKED, null, null, List.of(tool), TOLD)))
                .isEqualTo(
                        "resume: an answer with tools cannot go on where it broke off (expected: it is made again)");
        assertThat(refusal(instruction(replica, "end", null, null, null))).contains("a suffix");
        assertThat(refusal(instruction(replica, "", List.of("aGk="), null, null)))
                .contains("images");
        assertThat(refusal(instruction(replica, "", null, List.of(1), null))).contains("a context");
        assertThat(refusal(instruction(replica, "", null, null, "{{ .Prompt }}")))
                .contains("a template of the request");
    }

    private static RunMessage instruction(
            AgentReport.Replica replica,
            String suffix,
            @Nullable List<String> images,
            @Nullable List<Integer> context,
            @Nullable String template) {
        return resumed(
                replica,
                ASKED,
                "Hi",
                new RunMessage.Instruction(suffix, images, context, template),
                null,
                TOLD);
    }

    private static String refusal(RunMessage message) {
        try (TestAgent.Answer answer = agent.run(message)) {
            assertThat(answer.response().statusCode()).isEqualTo(400);
            return WireJson.mapper()
                    .readValue(answer.response().body().readAllBytes(), Refusal.class)
                    .error();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void handsAnInstructionsPartsToOllama() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        ollama.script = _ -> Reply.lines(done("stop"));
        RunMessage message =
                new RunMessage(
                        "test",
                        replica.replicaId(),
                        replica.digest(),
                        replica.model(),
                        List.of(
                                new RunMessage.Message("system", "Be brief."),
                                new RunMessage.Message("user", "Hi")),
                        "Hi",
                        options(List.of()),
                        null,
                        new RunMessage.Instruction(
                                "end", List.of("aGk="), List.of(1, 2), "{{ .Prompt }}"),
                        null,
                        null,
                        null,
                        null);

        agent.run(message).all();

        assertThat(ollama.asked("api/generate").getFirst().body())
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        """
                                        {"model":"llama3.2:latest","prompt":"Hi","system":"Be brief.","suffix":"end","images":["aGk="],
                                         "context":[1,2],"template":"{{ .Prompt }}","keep_alive":600,"stream":true,"options":{"num_ctx":4096}}
                                        """));
    }

    @ParameterizedTest
    @CsvSource({"true,api/embed", "false,api/embeddings"})
    void asksOllamaForVectors(boolean scaled, String path) {
        AgentReport.Replica replica = load();
        ollama.asked.clear();
        RunMessage message =
                new RunMessage(
                        "test",
                        replica.replicaId(),
                        replica.digest(),
                        replica.model(),
                        null,
                        null,
                        options(List.of()),
                        null,
                        null,
                        null,
                        null,
                        new RunMessage.Embed("a caravan", false, scaled),
                        null);

        List<Frame> frames = agent.run(message).all();

        assertThat(ollama.asked(path)).hasSize(1);
        assertThat(frames.get(1))
                .isInstanceOfSatisfying(
                        Frame.Vector.class,
                        vector -> assertThat(vector.values()).containsExactly(0.5f, -0.25f));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|does not support thinking|400|INVALID_REQUEST",
                "404|model 'llama3.2:latest' not found|404|MODEL_NOT_FOUND",
                "500|an error was encountered while running the model: unexpected EOF|502|UPSTREAM_FAILED"
            })
    void passesOllamasRefusalsOnWithTheirStatusAndText(
            int status, String text, int answered, String code) throws IOException {
        AgentReport.Replica replica = load();
        ollama.script = _ -> Reply.refuse(status, "{\"error\":\"%s\"}".formatted(text));

        try (TestAgent.Answer answer = agent.run(prompt(replica, "x"))) {
            assertThat(answer.response().statusCode()).isEqualTo(answered);
            Refusal refusal = WireJson.mapper().readValue(answer.lines().readLine(), Refusal.class);
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.error()).isEqualTo(text);
            assertThat(refusal.status()).isEqualTo(status);
        }
        Awaitility.await().atMost(SOON).until(() -> agent.replica(replica.replicaId()).busy() == 0);
    }

    @Test
    void takesABusyServerForBusyAndLetsTheSlotRest() throws IOException {
        AgentReport.Replica replica = load();
        ollama.script =
                _ ->
                        Reply.refuse(
                                503,
                                "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}");

        try (TestAgent.Answer answer = agent.run(prompt(replica, "x"))) {
            assertThat(answer.response().statusCode()).isEqualTo(503);
            Refusal refusal = WireJson.mapper().readValue(answer.lines().readLine(), Refusal.class);
            assertThat(refusal.code()).isEqualTo("BUSY");
            assertThat(refusal.load()).satisfies(load -> assertThat(load.busy()).isEqualTo(1));
        }

        ollama.script = _ -> Reply.lines(done("stop"));
        Awaitility.await().atMost(SOON).until(() -> agent.replica(replica.replicaId()).busy() == 0);
        assertThat(agent.run(prompt(replica, "x")).all()).hasSize(2);
        assertThat(agent.replica(replica.replicaId()).state()).isEqualTo(ReplicaState.READY);
    }

    @Test
    void lowersItsEstimateWhereARequestHadToWaitForItsTurn() {
        AgentReport.Replica replica = load();
        var first = new CountDownLatch(1);
        ollama.script =
                body ->
                        body.path("prompt").asString().equals("first")
                                ? new Reply(
                                        200,
                                        Flux.just(said("a") + "\n")
                                                .concatWith(
                                                        Flux.interval(Duration.ofMillis(20))
                                                                .filter(_ -> first.getCount() == 0)
                                                                .next()
                                                                .map(_ -> done("stop") + "\n")))
                                : Reply.lines(
                                        "{\"response\":\"b\",\"done\":true,\"done_reason\":\"stop\",\"total_duration\":9000000000,\"eval_duration\":1000000000}");

        try (TestAgent.Lines slots = agent.lines(Routes.SLOTS);
                TestAgent.Answer running = agent.run(prompt(replica, "first"))) {
            running.next();
            agent.run(prompt(replica, "second")).all();
            first.countDown();
            running.all();

            SlotsLine line = slots.next(SlotsLine.class);
            for (int n = 0; n < 100 && !oneIsKeptBack(line); n++) {
                line = slots.next(SlotsLine.class);
            }
            assertThat(line.replicas())
                    .singleElement()
                    .satisfies(
                            load -> {
                                assertThat(load.replicaId()).isEqualTo(replica.replicaId());
                                assertThat(load.busy()).isEqualTo(1);
                                assertThat(load.total()).isEqualTo(2);
                            });
        }
        Awaitility.await().atMost(SOON).until(() -> agent.replica(replica.replicaId()).busy() == 0);
    }

    private static boolean oneIsKeptBack(SlotsLine line) {
        return agent.report().replicas().stream().allMatch(replica -> replica.busy() == 0)
                && line.replicas().stream().anyMatch(load -> load.busy() == 1);
    }

    @Test
    void closesTheConnectionToOllamaWhenTheClientLeaves() {
        AgentReport.Replica replica = load();
        ollama.script =
                _ ->
                        new Reply(
                                200,
                                Flux.interval(Duration.ofMillis(20))
                                        .onBackpressureDrop()
                                        .map(n -> said("n" + n) + "\n"));

        try (TestAgent.Answer answer = agent.run(prompt(replica, "endless"))) {
            answer.next();
            answer.next();
        }

        Awaitility.await().atMost(SOON).until(() -> ollama.left.get() == 1);
        Awaitility.await().atMost(SOON).until(() -> agent.replica(replica.replicaId()).busy() == 0);
    }

    @Test
    void endsABrokenAnswerWithOllamasOwnWords() {
        AgentReport.Replica replica = load();
        ollama.script =
                _ ->
                        Reply.lines(
                                said("a"),
                                "{\"error\":\"an error was encountered while running the model: unexpected EOF\"}");

        List<Frame> frames = agent.run(prompt(replica, "x")).all();

        assertThat(frames.getLast())
                .isEqualTo(
                        new Frame.Fail(
                                "UPSTREAM_FAILED",
                                "an error was encountered while running the model: unexpected EOF",
                                true));
    }

    @Test
    void saysThatAnAnswerWasCutOff() {
        AgentReport.Replica replica = load();
        ollama.script =
                _ ->
                        new Reply(
                                200,
                                Flux.just(said("a") + "\n")
                                        .concatWith(
                                                Flux.error(
                                                        new UncheckedIOException(
                                                                new IOException("planted")))));

        List<Frame> frames = agent.run(prompt(replica, "x")).all();

        assertThat(frames.getLast())
                .isInstanceOfSatisfying(
                        Frame.Fail.class,
                        fail -> {
                            assertThat(fail.code()).isEqualTo("UPSTREAM_FAILED");
                            assertThat(fail.message()).contains(ollama.url());
                            assertThat(fail.repeatable()).isTrue();
                        });
    }

    @Test
    void saysThatAnAnswerHasNoLastLine() {
        AgentReport.Replica replica = load();
        ollama.script = _ -> Reply.lines(said("a"), said("a"));

        List<Frame> frames = agent.run(prompt(replica, "x")).all();

        assertThat(frames.getLast())
                .isInstanceOfSatisfying(
                        Frame.Fail.class,
                        fail -> {
                            assertThat(fail.message()).contains("without its last line");
                            assertThat(fail.repeatable()).isFalse();
                        });
    }

    @Test
    void asksForNoTokensWhereNoneAreWanted() {
        AgentReport.Replica replica = load();
        ollama.asked.clear();

        List<Frame> frames =
                agent.run(TestAgent.message(replica, null, "x", TestAgent.options(0))).all();

        assertThat(frames.getLast()).isEqualTo(new Frame.End("length", 0, 0, 0, 0, 0));
        assertThat(ollama.asked("api/generate")).isEmpty();
    }

    @Test
    void itsModelsLeaveWithItAndComeBackWithIt() {
        AgentReport.Replica replica = load();
        ollama.goAway();

        Awaitility.await().atMost(SOON).until(() -> agent.report().models().isEmpty());
        AgentReport gone = agent.report();
        assertThat(gone.adopted())
                .singleElement()
                .satisfies(
                        adopted -> {
                            assertThat(adopted.fault()).contains(ollama.url());
                            assertThat(adopted.version()).isEqualTo("0.33.0");
                        });
        AgentReport.Replica exited =
                agent.await(replica.replicaId(), told -> told.state() == ReplicaState.EXITED);
        assertThat(exited.fault()).contains(ollama.url());

        ollama.comeBack();

        Awaitility.await().atMost(SOON).until(() -> agent.report().models().size() == 1);
        assertThat(agent.report().adopted())
                .singleElement()
                .satisfies(adopted -> assertThat(adopted.fault()).isNull());
        load();
    }

    @Test
    void tellsThatItsOwnerUnloadedAModel() {
        AgentReport.Replica replica = load();
        int looks = ollama.asked("api/ps").size();
        Awaitility.await().atMost(SOON).until(() -> ollama.asked("api/ps").size() > looks + 1);

        ollama.loaded.clear();

        AgentReport.Replica exited =
                agent.await(replica.replicaId(), told -> told.state() == ReplicaState.EXITED);
        assertThat(exited.fault()).contains("is not loaded any more");
    }
}
