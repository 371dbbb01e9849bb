package dev.caravan.worker;

import static dev.caravan.worker.Frames.calls;
import static dev.caravan.worker.Frames.ids;
import static dev.caravan.worker.Frames.pieces;
import static dev.caravan.worker.Frames.text;
import static dev.caravan.worker.Frames.thinking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.gguf.fixture.FixtureModel;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Frame;
import dev.caravan.wire.LoadOptions;
import dev.caravan.wire.Logprob;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.ToolCall;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What real engines make of all that a request may ask for. */
class AgentAnswersTest {

    private static final String CALL =
            "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";
    private static final String OTHER_CALL =
            "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\", \"day\": 3}}\n</tool_call>";
    private static final String TOOLS =
            """
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
             {"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{"zone":{"type":"string"},"day":{"type":"integer"}}}}}]
            """;

    @TempDir private static Path folder;

    private static TestAgent agent;
    private static AgentReport.Replica scripted;
    private static AgentReport.Replica lively;
    private static AgentReport.Replica vectors;
    private static AgentReport.Replica layered;

    @BeforeAll
    static void start() throws IOException {
        agent = TestAgent.start(folder);
        FixtureModel said =
                ScriptedModel.saying(
                        "said",
                        Script.once("plain", "Hello there, plain text."),
                        Script.once("tool", "<think>\nI need a tool.\n</think>\n\n" + CALL),
                        Script.once("two", "Let me look. " + CALL + "\n" + OTHER_CALL),
                        Script.once("think", "<think>\nHm, let me see.\n</think>\n\nThe answer."),
                        Script.once("emoji", "a camel 🐫 stops"));
        RandomModel random = RandomModel.named("lively").withContextLength(2048);
        List<DesiredEngines.Engine> engines =
                List.of(
                        engine("said", make("said:latest", said), Wishes.NONE),
                        engine("lively", make("lively:latest", random), Wishes.BATCH),
                        engine(
                                "vectors",
                                make("vectors:latest", random.embedding().withSeed(5)),
                                Wishes.NONE),
                        engine("layered", makeLayered(), Wishes.NONE));
        agent.desire(1, engines, List.of());
        scripted = ready("said");
        lively = ready("lively");
        vectors = ready("vectors");
        layered = ready("layered");
    }

    /** Wishes about loading. */
    private static final class Wishes {
        private static final @Nullable LoadOptions NONE = null;
        private static final LoadOptions BATCH = new LoadOptions(64, null, null, 1, false);
    }

    private static DesiredEngines.Engine engine(
            String name, ModelDigest digest, @Nullable LoadOptions loading) {
        return new DesiredEngines.Engine(
                name, name + ":latest", digest.hex(), 2048, 2, "fluent", null, null, null, loading);
    }

    private static ModelDigest make(String name, FixtureModel model) throws IOException {
        return agent.make(name, Files.readAllBytes(file(model)));
    }

    private static Path file(FixtureModel model) throws IOException {
        Path file = Files.createTempFile(folder, "made-", ".gguf");
        new FixtureWriter().write(model, file);
        return file;
    }

    /** A model with parameters, a system text and messages of its own. */
    private static ModelDigest makeLayered() throws IOException {
        StoreFiles store = new StoreFiles(folder.resolve("models"));
        byte[] manifest =
                store.manifest(
                        "registry.ollama.ai/library/layered/latest",
                        store.blob("{}"),
                        new String[] {
                            "model",
                            store.blob(Files.readAllBytes(file(RandomModel.named("layered"))))
                        },
                        new String[] {
                            "params",
                            store.blob(
                                    "{\"temperature\":0.25,\"top_k\":7,\"stop\":[\"never\"],\"num_ctx\":512,\"num_batch\":32}")
                        },
                        new String[] {"system", store.blob("Be brief.")},
                        new String[] {
                            "messages",
                            store.blob(
                                    "[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"two\"}]")
                        });
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                agent.report().models().stream()
                                        .anyMatch(model -> model.name().startsWith("layered")));
        return new ModelDigest(StoreFiles.sha256(manifest));
    }

    private static AgentReport.Replica ready(String id) {
        return agent.await(id, replica -> replica.state() == ReplicaState.READY);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    // ---- requests

    private static final RunMessage.Answer PLAIN = answer(null, null);

    private static RunMessage.Answer answer(@Nullable Boolean think, @Nullable Integer logprobs) {
        return new RunMessage.Answer(think, null, logprobs, true, true, false, null);
    }

    private static RunMessage chat(
            AgentReport.Replica replica,
            List<RunMessage.Message> messages,
            RunMessage.Options options,
            RunMessage.Answer answer,
            boolean tools) {
        return new RunMessage(
                "test",
                replica.replicaId(),
                replica.digest(),
                replica.model(),
                messages,
                null,
                options,
                null,
                null,
                tools ? WireJson.mapper().readTree(TOOLS).valueStream().toList() : null,
                answer,
                null,
                null);
    }

    private static List<Frame> say(String trigger, RunMessage.Answer answer, boolean tools) {
        return agent.run(
                        chat(
                                scripted,
                                List.of(new RunMessage.Message("user", trigger)),
                                TestAgent.options(400),
                                answer,
                                tools))
                .all();
    }

    private static RunMessage instruction(
            AgentReport.Replica replica,
            String text,
            RunMessage.Options options,
            RunMessage.@Nullable Instruction more,
            RunMessage.Answer answer) {
        return new RunMessage(
                "test",
                replica.replicaId(),
                replica.digest(),
                replica.model(),
                List.of(new RunMessage.Message("user", text)),
                text,
                options,
                null,
                more,
                null,
                answer,
                null,
                null);
    }

    private static RunMessage embed(AgentReport.Replica replica, RunMessage.Embed wish) {
        return new RunMessage(
                "test",
                replica.replicaId(),
                replica.digest(),
                replica.model(),
                null,
                null,
                TestAgent.options(1),
                null,
                null,
                null,
                null,
                wish,
                null);
    }

    private static Frame.End end(List<Frame> frames) {
        assertThat(frames.getLast()).isInstanceOf(Frame.End.class);
        return (Frame.End) frames.getLast();
    }

    // ---- tools and thinking

    @Test
    void tellsAToolCallWholeAndTheThoughtBeforeIt() {
        List<Frame> frames = say("[[tool]]", answer(true, null), true);

        assertThat(thinking(frames).strip()).isEqualTo("I need a tool.");
        assertThat(calls(frames))
                .singleElement()
                .satisfies(
                        call -> {
                            assertThat(call.id()).isNotEmpty();
                            assertThat(call.index()).isZero();
                            assertThat(call.name()).isEqualTo("get_weather");
                            assertThat(call.arguments()).hasToString("{\"city\":\"Paris\"}");
                        });
        assertThat(end(frames).reason()).isEqualTo("stop");
        assertThat(end(frames).answerTokens()).isPositive();
    }

    @Test
    void tellsParallelToolCallsInTheirOrder() {
        List<Frame> frames = say("[[two]]", PLAIN, true);

        assertThat(text(frames).strip()).isEqualTo("Let me look.");
        assertThat(calls(frames))
                .extracting(ToolCall::index, ToolCall::name, call -> call.arguments().toString())
                .containsExactly(
                        tuple(0, "get_weather", "{\"city\":\"Paris\"}"),
                        tuple(1, "get_time", "{\"zone\":\"UTC\",\"day\":3}"));
    }

    @Test
    void givesTheModelTheCallsAndAnswersOfEarlierTurns() {
        ToolCall call =
                new ToolCall(
                        "call_1",
                        0,
                        "get_weather",
                        WireJson.mapper().readTree("{\"city\":\"Paris\"}"));
        RunMessage.Answer render = new RunMessage.Answer(null, null, null, true, true, true, null);
        List<RunMessage.Message> turns =
                List.of(
                        new RunMessage.Message("user", "Weather?"),
                        new RunMessage.Message(
                                "assistant", "", "Hm", null, List.of(call), null, null),
                        new RunMessage.Message(
                                "tool", "sunny", null, null, null, "get_weather", "call_1"));

        List<Frame> frames =
                agent.run(chat(scripted, turns, TestAgent.options(9), render, true)).all();

        assertThat(frames.getFirst())
                .isInstanceOfSatisfying(
                        Frame.Rendered.class,
                        rendered ->
                                assertThat(rendered.prompt())
                                        .contains("# Tools")
                                        .contains(
                                                "{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}")
                                        .contains("<tool_response>\nsunny\n</tool_response>")
                                        .endsWith("<|im_start|>assistant\n"));
    }

    @Test
    void thinksUnlessItIsToldNotTo() {
        List<Frame> on = say("[[think]]", answer(true, null), false);
        List<Frame> off = say("[[plain]]", answer(false, null), false);

        assertThat(thinking(on).strip()).isEqualTo("Hm, let me see.");
        assertThat(text(on)).isEqualTo("The answer.");
        assertThat(thinking(off)).isEmpty();
        assertThat(text(off)).endsWith("Hello there, plain text.");
    }

    @Test
    void anInstructionThinksAsAConversationDoes() {
        List<Frame> frames =
                agent.run(
                                instruction(
                                        scripted,
                                        "[[think]]",
                                        TestAgent.options(400),
                                        null,
                                        answer(true, null)))
                        .all();

        assertThat(thinking(frames).strip()).isEqualTo("Hm, let me see.");
        assertThat(text(frames)).isEqualTo("The answer.");
        assertThat(end(frames).context()).isNotEmpty();
    }

    // ---- text

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEmojiCutOverTokensComesWhole(boolean read) {
        List<Frame> frames = say("[[emoji]]", read ? answer(true, null) : PLAIN, false);

        assertThat(text(frames)).isEqualTo("a camel 🐫 stops");
        assertThat(pieces(frames)).noneMatch(piece -> piece.text().contains("\uFFFD"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stopWordsEndTheAnswerAlsoAcrossPieces(boolean read) {
        RunMessage.Options options =
                new RunMessage.Options(
                        400,
                        1,
                        40,
                        0.9,
                        0,
                        1,
                        64,
                        0,
                        1,
                        0,
                        0,
                        4,
                        List.of("there, pl"),
                        null,
                        List.of("stop"));

        List<Frame> frames =
                agent.run(
                                chat(
                                        scripted,
                                        List.of(new RunMessage.Message("user", "[[plain]]")),
                                        options,
                                        read ? answer(true, null) : PLAIN,
                                        false))
                        .all();

        assertThat(text(frames)).isEqualTo("Hello ");
        assertThat(end(frames).reason()).isEqualTo("stop");
    }

    @ParameterizedTest
    @CsvSource({"0", "3"})
    void tellsProbabilitiesOfAsManyTokensAsAreAskedFor(int top) {
        List<Frame> frames =
                agent.run(
                                instruction(
                                        lively,
                                        "a caravan",
                                        TestAgent.options(6),
                                        null,
                                        answer(null, top)))
                        .all();

        List<Logprob> told =
                pieces(frames).stream().flatMap(piece -> piece.logprobs().stream()).toList();
        assertThat(told).hasSize(6);
        assertThat(told)
                .allSatisfy(
                        logprob -> {
                            assertThat(logprob.logprob()).isLessThanOrEqualTo(0);
                            assertThat(
                                            Objects.requireNonNullElse(
                                                    logprob.top(), List.<Logprob>of()))
                                    .hasSize(top);
                        });
    }

    @Test
    void everyAnswerToASchemaParses() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"on\":{\"type\":\"boolean\"}},\"required\":[\"n\",\"on\"]}";
        for (long seed = 1; seed <= 5; seed++) {
            RunMessage.Options options =
                    new RunMessage.Options(
                            200,
                            seed,
                            40,
                            0.9,
                            0,
                            1,
                            64,
                            1.2,
                            1,
                            0,
                            0,
                            4,
                            List.of(),
                            WireJson.mapper().readTree(schema),
                            null);
            List<Frame> frames =
                    agent.run(instruction(lively, "json " + seed, options, null, PLAIN)).all();
            if (end(frames).reason().equals("length")) {
                continue;
            }

            JsonNode answer = WireJson.mapper().readTree(text(frames));

            assertThat(answer.get("n").isIntegralNumber()).isTrue();
            assertThat(answer.get("on").isBoolean()).isTrue();
        }
    }

    // ---- options

    @Test
    void theEngineSaysThatItGotEachOption() {
        RunMessage.Options options =
                new RunMessage.Options(
                        100_000,
                        4242,
                        17,
                        0.71,
                        0.03,
                        0.91,
                        33,
                        0.63,
                        1.07,
                        0.21,
                        0.31,
                        5,
                        List.of("zzzz"),
                        null,
                        null);
        RunMessage shown = instruction(lively, "a caravan", options, null, PLAIN);

        JsonNode params;
        try (TestAgent.Answer answer = agent.run(shown)) {
            Frame next = answer.next();
            while (next != null && !(next instanceof Frame.Piece)) {
                next = answer.next();
            }
            params = working(lively);
        }

        assertThat(params.path("seed").asLong()).isEqualTo(4242);
        assertThat(params.path("top_k").asInt()).isEqualTo(17);
        assertThat(params.path("n_keep").asInt()).isEqualTo(5);
        assertThat(params.path("repeat_last_n").asInt()).isEqualTo(33);
        assertThat(params.path("n_predict").asInt(params.path("max_tokens").asInt()))
                .isEqualTo(10 * 2048);
        for (String[] each :
                new String[][] {
                    {"top_p", "0.71"},
                    {"min_p", "0.03"},
                    {"typical_p", "0.91"},
                    {"temperature", "0.63"},
                    {"repeat_penalty", "1.07"},
                    {"presence_penalty", "0.21"},
                    {"frequency_penalty", "0.31"}
                }) {
            assertThat(params.path(each[0]).asDouble())
                    .describedAs(each[0])
                    .isCloseTo(Double.parseDouble(each[1]), within(1e-5));
        }
    }

    private static JsonNode working(AgentReport.Replica replica) {
        return WireJson.mapper()
                .readTree(agent.engine(replica, "/slots", null))
                .valueStream()
                .filter(slot -> slot.path("is_processing").asBoolean())
                .findFirst()
                .orElseThrow()
                .path("params");
    }

    @Test
    void startsTheEngineAsTheRequestWishes() throws IOException {
        String command = Files.readString(Path.of("/proc/" + lively.pid() + "/cmdline"));

        assertThat(command.replace('\0', ' '))
                .contains(" -b 64 -ub 64 ")
                .contains(" -t 1 -tb 1 ")
                .contains(" -lm none");
    }

    @Test
    void aModelsOwnParametersAndTextsHoldWhereTheRequestNamesNone() throws IOException {
        RunMessage.Options defaults =
                new RunMessage.Options(
                        20_000,
                        1,
                        40,
                        0.9,
                        0,
                        1,
                        64,
                        0.8,
                        1,
                        0,
                        0,
                        4,
                        List.of(),
                        null,
                        List.of("num_predict", "seed"));
        RunMessage.Answer render = new RunMessage.Answer(null, null, null, true, true, true, null);

        List<Frame> rendered =
                agent.run(instruction(layered, "three", defaults, null, render)).all();
        JsonNode params;
        try (TestAgent.Answer answer =
                agent.run(instruction(layered, "three", defaults, null, PLAIN))) {
            Frame next = answer.next();
            while (next != null && !(next instanceof Frame.Piece)) {
                next = answer.next();
            }
            params = working(layered);
        }

        assertThat(((Frame.Rendered) rendered.getFirst()).prompt())
                .startsWith(
                        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\none<|im_end|>\n<|im_start|>assistant\ntwo<|im_end|>\n<|im_start|>user\nthree");
        assertThat(params.path("temperature").asDouble()).isCloseTo(0.25, within(1e-5));
        assertThat(params.path("top_k").asInt()).isEqualTo(7);
        assertThat(Files.readString(Path.of("/proc/" + layered.pid() + "/cmdline")))
                .contains("\0-b\00032\0");
        assertThat(
                        agent.report().models().stream()
                                .filter(model -> model.name().startsWith("layered"))
                                .map(model -> Objects.requireNonNull(model.facts()))
                                .findFirst()
                                .orElseThrow()
                                .presetContext())
                .isEqualTo(512);
    }

    // ---- context

    @Test
    void goesOnFromTheContextOfTheTurnBefore() {
        List<Frame> first =
                agent.run(instruction(lively, "the first turn", TestAgent.options(8), null, PLAIN))
                        .all();
        List<Integer> context = Objects.requireNonNull(end(first).context());
        Frame.Head head = (Frame.Head) first.getFirst();

        List<Frame> second =
                agent.run(
                                instruction(
                                        lively,
                                        "the second turn",
                                        TestAgent.options(4),
                                        new RunMessage.Instruction(null, null, context, null),
                                        PLAIN))
                        .all();

        List<Integer> withoutTheAdded = head.promptIds().subList(1, head.promptIds().size());
        assertThat(context)
                .startsWith(withoutTheAdded.toArray(Integer[]::new))
                .hasSizeGreaterThan(withoutTheAdded.size());
        assertThat(((Frame.Head) second.getFirst()).promptIds())
                .startsWith(head.promptIds().toArray(Integer[]::new))
                .hasSizeGreaterThan(context.size() + 1);
    }

    @Test
    void aConversationThatIsTooLongLosesItsOldestMessages() {
        List<RunMessage.Message> turns = new ArrayList<>();
        turns.add(new RunMessage.Message("system", "stay"));
        for (int turn = 0; turn < 40; turn++) {
            turns.add(new RunMessage.Message("user", turn + " word ".repeat(100)));
        }
        RunMessage.Answer render = new RunMessage.Answer(null, null, null, true, true, true, null);
        RunMessage.Answer keep = new RunMessage.Answer(null, null, null, false, true, false, null);

        List<Frame> cut = agent.run(chat(lively, turns, TestAgent.options(4), render, false)).all();
        TestAgent.Answer whole = agent.run(chat(lively, turns, TestAgent.options(4), keep, false));

        String prompt = ((Frame.Rendered) cut.getFirst()).prompt();
        assertThat(prompt)
                .startsWith("<|im_start|>system\nstay<|im_end|>\n")
                .contains("user\n39 word")
                .doesNotContain("user\n0 word");
        assertThat(whole.response().statusCode()).isEqualTo(400);
        assertThat(whole.refusal().error()).contains("exceed_context_size_error");
    }

    @Test
    void theContextThatWasAskedForBoundsThePromptAlsoWhereThereIsMore() {
        RunMessage.Answer small = new RunMessage.Answer(null, null, null, true, true, false, 64);

        TestAgent.Answer answer =
                agent.run(
                        chat(
                                lively,
                                List.of(new RunMessage.Message("user", "word ".repeat(100))),
                                TestAgent.options(4),
                                small,
                                false));

        assertThat(answer.response().statusCode()).isEqualTo(400);
        assertThat(answer.refusal().error())
                .contains("exceeds the available context size (64 tokens)");
    }

    @Test
    void textAsItStandsLosesItsBeginningOrIsRefused() {
        String much = "word ".repeat(3000);
        RunMessage cut = TestAgent.prompt(lively, much, 4);
        RunMessage whole =
                new RunMessage(
                        "test",
                        lively.replicaId(),
                        lively.digest(),
                        lively.model(),
                        null,
                        much,
                        TestAgent.options(4),
                        null,
                        null,
                        null,
                        new RunMessage.Answer(null, null, null, true, false, false, null),
                        null,
                        null);

        List<Frame> frames = agent.run(cut).all();
        TestAgent.Answer refused = agent.run(whole);

        assertThat(((Frame.Head) frames.getFirst()).promptTokens())
                .isEqualTo(2048 - (2048 - 5) / 2);
        assertThat(end(frames).answerTokens()).isEqualTo(4);
        assertThat(refused.response().statusCode()).isEqualTo(400);
        assertThat(refused.refusal().error())
                .startsWith("the prompt is longer than the context length currently available");
    }

    @Test
    void anAnswerThatMayNotShiftEndsWithItsContext() {
        RunMessage.Answer still = new RunMessage.Answer(null, null, null, true, false, false, 64);

        List<Frame> frames =
                agent.run(instruction(lively, "on and on", TestAgent.options(-1), null, still))
                        .all();

        assertThat(end(frames).reason()).isEqualTo("length");
        assertThat(end(frames).promptTokens() + end(frames).answerTokens()).isEqualTo(64);
    }

    @Test
    void anAssistantsLastMessageIsContinued() {
        List<RunMessage.Message> turns =
                List.of(
                        new RunMessage.Message("user", "say it"),
                        new RunMessage.Message("assistant", "It begins"));
        RunMessage.Answer render = new RunMessage.Answer(null, null, null, true, true, true, null);

        List<Frame> frames =
                agent.run(chat(lively, turns, TestAgent.options(4), render, false)).all();

        assertThat(((Frame.Rendered) frames.getFirst()).prompt())
                .endsWith("<|im_start|>assistant\nIt begins");
    }

    @ParameterizedTest
    @CsvSource({"true,500,image input is not supported", "false,400,Multimodal data provided"})
    void imagesAreRefusedInTheEnginesWords(boolean chat, int status, String text) {
        List<String> image = List.of("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAA");
        RunMessage message =
                chat
                        ? chat(
                                lively,
                                List.of(
                                        new RunMessage.Message(
                                                "user", "what?", null, image, null, null, null)),
                                TestAgent.options(4),
                                PLAIN,
                                false)
                        : new RunMessage(
                                "test",
                                lively.replicaId(),
                                lively.digest(),
                                lively.model(),
                                null,
                                "what?",
                                TestAgent.options(4),
                                null,
                                new RunMessage.Instruction(null, image, null, null),
                                null,
                                PLAIN,
                                null,
                                null);

        TestAgent.Answer answer = agent.run(message);

        Refusal refusal = answer.refusal();
        assertThat(refusal.status()).isEqualTo(status);
        assertThat(refusal.error()).contains(text);
    }

    // ---- vectors

    @Test
    void makesVectorsThatAreTheEnginesOwn() {
        List<Frame> frames =
                agent.run(embed(vectors, new RunMessage.Embed("a caravan", true, true))).all();

        float[] vector = vector(frames);
        JsonNode direct =
                WireJson.mapper()
                        .readTree(
                                agent.engine(
                                        vectors, "/v1/embeddings", "{\"input\":\"a caravan\"}"));
        assertThat(vector).hasSize(256);
        assertThat(vector[7])
                .isCloseTo(
                        (float) direct.path("data").path(0).path("embedding").path(7).asDouble(),
                        within(1e-5f));
        assertThat(length(vector)).isCloseTo(1, within(1e-4));
        assertThat(end(frames).promptTokens())
                .isEqualTo(direct.path("usage").path("prompt_tokens").asInt());
    }

    @Test
    void scalesAVectorOnTheOlderRouteTooWhereOllamaDoes() {
        List<Frame> frames =
                agent.run(embed(vectors, new RunMessage.Embed("a caravan", false, false))).all();

        assertThat(length(vector(frames))).isCloseTo(1, within(1e-3));
    }

    @Test
    void aTextThatIsTooLongIsCutOrRefused() {
        String much = "word ".repeat(3000);

        List<Frame> cut = agent.run(embed(vectors, new RunMessage.Embed(much, true, true))).all();
        TestAgent.Answer refused =
                agent.run(embed(vectors, new RunMessage.Embed(much, false, true)));

        assertThat(end(cut).promptTokens()).isEqualTo(2047);
        assertThat(refused.response().statusCode()).isEqualTo(400);
        assertThat(refused.refusal().error())
                .isEqualTo("the input length exceeds the context length");
    }

    @Test
    void aModelThatOnlyChatsMakesNoVectors() {
        TestAgent.Answer answer =
                agent.run(embed(lively, new RunMessage.Embed("a caravan", true, true)));

        Refusal refusal = answer.refusal();
        assertThat(refusal.status()).isEqualTo(501);
        assertThat(refusal.error())
                .isEqualTo("This server does not support embeddings. Start it with `--embeddings`");
    }

    private static float[] vector(List<Frame> frames) {
        return frames.stream()
                .filter(Frame.Vector.class::isInstance)
                .map(frame -> ((Frame.Vector) frame).values())
                .findFirst()
                .orElseThrow();
    }

    private static double length(float[] vector) {
        double sum = 0;
        for (float number : vector) {
            sum += (double) number * number;
        }
        return Math.sqrt(sum);
    }

    @Test
    void idsAreToldWhereTheEngineTellsThem() {
        List<Frame> frames =
                agent.run(instruction(lively, "ids", TestAgent.options(8), null, PLAIN)).all();

        assertThat(pieces(frames)).allMatch(Frame.Piece::idsComplete);
        assertThat(ids(frames)).hasSize(8);
    }
}
