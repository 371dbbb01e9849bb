package dev.caravan.worker;

import static dev.caravan.worker.Frames.ids;
import static dev.caravan.worker.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredAnswer;
import dev.caravan.wire.Frame;
import dev.caravan.wire.KeepAliveMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentRunTest {

    private static final String MODEL = "lively:latest";

    private static final long MINUTE = 60_000;

    @TempDir private static Path folder;

    private static TestAgent agent;
    private static ModelDigest digest;
    private static final AtomicInteger GENERATION = new AtomicInteger();

    @BeforeAll
    static void start() {
        agent = TestAgent.start(folder);
        digest = agent.make(MODEL, 11, folder);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    private static AgentReport.Replica load(int slots) {
        int generation = GENERATION.incrementAndGet();
        return agent.load(
                generation, TestAgent.engine("replica-" + generation, MODEL, digest, slots));
    }

    private record Direct(List<Integer> tokens, String content) {}

    private static Direct direct(AgentReport.Replica replica, List<Integer> prompt, int predict) {
        return WireJson.mapper()
                .readValue(
                        agent.engine(
                                replica,
                                "/completion",
                                "{\"prompt\":%s,\"n_predict\":%d,\"temperature\":0,\"return_tokens\":true,\"cache_prompt\":false,\"top_p\":0.9,\"min_p\":0,\"n_keep\":4}"
                                        .formatted(prompt, predict)),
                        Direct.class);
    }

    @Test
    void answersAPromptInFramesWhoseIdsAreTheEnginesOwn() {
        AgentReport.Replica replica = load(2);

        List<Frame> frames = agent.run(TestAgent.prompt(replica, "The caravan", 64)).all();

        Frame.Head head = (Frame.Head) frames.getFirst();
        Frame.End end = (Frame.End) frames.getLast();
        Direct direct = direct(replica, head.promptIds(), 64);
        assertThat(head.promptTokens()).isEqualTo(head.promptIds().size()).isPositive();
        assertThat(ids(frames)).hasSize(64).isEqualTo(direct.tokens());
        assertThat(text(frames)).isEqualTo(direct.content());
        assertThat(end.reason()).isEqualTo("length");
        assertThat(end.answerTokens()).isEqualTo(64);
        assertThat(end.promptTokens()).isEqualTo(head.promptTokens());
    }

    @Test
    void rendersAConversationWithTheModelsTemplate() {
        AgentReport.Replica replica = load(2);
        List<RunMessage.Message> messages = List.of(new RunMessage.Message("user", "hello"));

        List<Frame> frames =
                agent.run(TestAgent.message(replica, messages, null, TestAgent.options(8))).all();

        String rendered =
                agent.engine(
                        replica,
                        "/apply-template",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
        String prompt = WireJson.mapper().readTree(rendered).get("prompt").stringValue();
        String tokens =
                agent.engine(
                        replica,
                        "/tokenize",
                        WireJson.mapper()
                                .writeValueAsString(
                                        Map.of(
                                                "content", prompt,
                                                "add_special", true,
                                                "parse_special", true)));
        assertThat(((Frame.Head) frames.getFirst()).promptIds().toString().replace(" ", ""))
                .isEqualTo(WireJson.mapper().readTree(tokens).get("tokens").toString());
        assertThat(ids(frames)).hasSize(8);
    }

    @Test
    void givesThePlainPromptToAModelWithoutATemplate() {
        String name = "bare:latest";
        ModelDigest bare = agent.make(name, StoreFiles.withoutTemplate(StoreFiles.gguf(13)));
        AgentReport.Replica replica =
                agent.load(GENERATION.incrementAndGet(), TestAgent.engine("bare-1", name, bare, 2));
        List<RunMessage.Message> messages = List.of(new RunMessage.Message("user", "hello"));
        RunMessage both = TestAgent.message(replica, messages, "hello", TestAgent.options(1));
        RunMessage chat = TestAgent.message(replica, messages, null, TestAgent.options(1));

        List<Integer> given = promptIds(both);

        assertThat(given).isEqualTo(promptIds(TestAgent.prompt(replica, "hello", 1)));
        assertThat(promptIds(chat)).hasSizeGreaterThan(given.size());
    }

    private static List<Integer> promptIds(RunMessage message) {
        return ((Frame.Head) agent.run(message).all().getFirst()).promptIds();
    }

    @Test
    void makesNoTokenWhereNoneIsAskedFor() {
        AgentReport.Replica replica = load(2);

        List<Frame> frames = agent.run(TestAgent.prompt(replica, "The caravan", 0)).all();

        assertThat(frames).hasSize(2);
        assertThat(((Frame.End) frames.getLast()).reason()).isEqualTo("length");
        assertThat(((Frame.End) frames.getLast()).answerTokens()).isZero();
    }

    @Test
    void passesOnWhatTheEngineSaysOfABadRequest() {
        AgentReport.Replica replica = load(2);
        String much = "word ".repeat(3000);

        TestAgent.Answer answer =
                agent.run(
                        TestAgent.message(
                                replica,
                                List.of(new RunMessage.Message("user", much)),
                                null,
                                TestAgent.options(8)));

        assertThat(answer.response().statusCode()).isEqualTo(400);
        Refusal refusal = answer.refusal();
        assertThat(refusal.code()).isEqualTo("INVALID_REQUEST");
        assertThat(refusal.error()).contains("exceed_context_size_error");
        agent.await(replica.replicaId(), told -> told.busy() == 0);
    }

    @Test
    void stopsTheEngineWhenTheClientLeaves() {
        AgentReport.Replica replica = load(2);
        TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "on and on", 100_000));
        while (!(answer.next() instanceof Frame.Piece)) {
            continue;
        }
        assertThat(agent.working(replica)).isEqualTo(1);

        answer.close();

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> {
                            assertThat(agent.working(replica)).isZero();
                            assertThat(agent.replica(replica.replicaId()).busy()).isZero();
                        });
    }

    @Test
    void answersAtOnceAfterClientsThatLeftBeforeTheFirstByte() throws Exception {
        AgentReport.Replica replica = load(2);
        String much = "word ".repeat(1500);

        for (int i = 0; i < 20; i++) {
            agent.leaveWithin(TestAgent.prompt(replica, i + much, 100_000), i % 5);
        }

        for (int i = 0; i < 20; i++) {
            int number = i;
            List<Frame> answer =
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(10))
                            .until(
                                    () -> answered(TestAgent.prompt(replica, "a" + number, 4)),
                                    frames -> !frames.isEmpty());
            assertThat(ids(answer)).hasSize(4);
            assertThat(answer.getLast()).isInstanceOf(Frame.End.class);
        }
        assertThat(agent.working(replica)).isZero();
        assertThat(agent.replica(replica.replicaId()).busy()).isZero();
    }

    /** Nothing where there is no free slot yet. */
    private static List<Frame> answered(RunMessage message) {
        TestAgent.Answer answer = agent.run(message);
        if (answer.response().statusCode() == 503) {
            answer.close();
            return List.of();
        }
        return answer.all();
    }

    @Test
    void refusesMoreRunsThanSlotsAndTellsTheLoad() {
        AgentReport.Replica replica = load(2);
        List<TestAgent.Answer> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "on " + i, 100_000));
            assertThat(answer.next()).isInstanceOf(Frame.Head.class);
            running.add(answer);
        }

        TestAgent.Answer refused = agent.run(TestAgent.prompt(replica, "one more", 8));

        assertThat(refused.response().statusCode()).isEqualTo(503);
        assertThat(refused.response().headers().firstValue(Routes.LOAD_HEADER))
                .hasValueSatisfying(load -> assertThat(load).startsWith("2/2;"));
        Refusal refusal = refused.refusal();
        assertThat(refusal.code()).isEqualTo("BUSY");
        assertThat(Objects.requireNonNull(refusal.load()).busy()).isEqualTo(2);
        running.forEach(TestAgent.Answer::close);
    }

    @Test
    void refusesRunsOnReplicasThatAreNotHere() {
        AgentReport.Replica replica = load(1);
        RunMessage other =
                new RunMessage(
                        "test",
                        "nobody",
                        replica.digest(),
                        MODEL,
                        null,
                        "hello",
                        TestAgent.options(1),
                        null);

        TestAgent.Answer answer = agent.run(other);

        assertThat(answer.response().statusCode()).isEqualTo(404);
        assertThat(answer.refusal().code()).isEqualTo("MODEL_NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /internal/v1/run        | {                                       | end-of-input
                    /internal/v1/run        | {}                                      | replicaId: absent
                    /internal/v1/run        | {"replicaId":"r","digest":"x"}          | digest: "x"
                    /internal/v1/keep-alive | {}                                      | replicaId: absent
                    """)
    void refusesBadInputByNamingIt(String path, String body, String named) {
        var answer = agent.postText(path, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        Refusal refusal = WireJson.mapper().readValue(answer.body(), Refusal.class);
        assertThat(refusal.code()).isEqualTo("INVALID_REQUEST");
        assertThat(refusal.error()).contains(named);
    }

    @Test
    void tellsHowAnEngineEndedThatWasKilled() {
        AgentReport.Replica replica = load(2);
        TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "on and on", 100_000));
        while (!(answer.next() instanceof Frame.Piece)) {
            continue;
        }

        ProcessHandle.of(replica.pid()).orElseThrow().destroyForcibly();

        AgentReport.Replica ended =
                agent.await(replica.replicaId(), told -> told.state() == ReplicaState.EXITED);
        assertThat(ended.exitCode()).isEqualTo(137);
        assertThat(ended.fault()).contains("llama-server").contains("listening on");
        assertThat(ended.pid()).isZero();
        List<Frame> rest = answer.all();
        assertThat(rest.getLast())
                .isInstanceOfSatisfying(
                        Frame.Fail.class,
                        fail -> {
                            assertThat(fail.code()).isEqualTo("UPSTREAM_FAILED");
                            assertThat(fail.repeatable()).isTrue();
                        });
    }

    @Test
    void endsAnEngineThatIsNoLongerWantedWithItsLastRun() {
        AgentReport.Replica replica = load(2);
        TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "a while", 400));
        assertThat(answer.next()).isInstanceOf(Frame.Head.class);

        agent.desire(GENERATION.incrementAndGet());

        TestAgent.Answer late = agent.run(TestAgent.prompt(replica, "too late", 8));
        List<Frame> rest = answer.all();
        assertThat(late.response().statusCode()).isEqualTo(404);
        assertThat(rest.getLast()).isInstanceOf(Frame.End.class);
        assertThat(ids(rest)).hasSize(400);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(
                        () ->
                                agent.report().replicas().stream()
                                                .noneMatch(
                                                        left ->
                                                                left.replicaId()
                                                                        .equals(
                                                                                replica
                                                                                        .replicaId()))
                                        && ProcessHandle.of(replica.pid()).isEmpty());
    }

    @Test
    void refusesAnOlderDesiredState() {
        int generation = GENERATION.incrementAndGet();
        agent.desire(generation);

        var answer = agent.desire(generation - 1);

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(WireJson.mapper().readValue(answer.body(), DesiredAnswer.class))
                .isEqualTo(new DesiredAnswer(false, 1, generation));
    }

    @Test
    void doesNotStartAnEngineOnAFileThatIsBroken() throws IOException {
        ModelDigest broken = agent.make("broken:latest", 12, folder);
        cutInHalf(folder.resolve("made-12.gguf"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                agent.report().models().stream()
                                        .anyMatch(model -> model.fault() != null));
        int generation = GENERATION.incrementAndGet();

        agent.desire(generation, TestAgent.engine("broken-1", "broken:latest", broken, 2));

        AgentReport.Replica replica =
                agent.await("broken-1", told -> told.state() == ReplicaState.FAILED);
        assertThat(replica.fault()).startsWith("model broken:latest: ").contains("cut off");
        assertThat(replica.exitCode()).isNull();
    }

    /** The store's blob of the same bytes. */
    private static void cutInHalf(Path made) throws IOException {
        long size = Files.size(made);
        try (Stream<Path> blobs = Files.list(folder.resolve("models/blobs"))) {
            for (Path blob : blobs.toList()) {
                if (Files.size(blob) == size && Files.mismatch(blob, made) < 0) {
                    try (FileChannel channel = FileChannel.open(blob, StandardOpenOption.WRITE)) {
                        channel.truncate(size / 2);
                    }
                }
            }
        }
    }

    @Test
    void streamsItsSlotsAndEachChange() {
        AgentReport.Replica replica = load(2);
        String id = replica.replicaId();
        try (TestAgent.Lines slots = agent.lines(Routes.SLOTS)) {
            assertThat(slots.next(SlotsLine.class)).isEqualTo(line(SlotsLine.SNAPSHOT, id, 0));

            TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "on and on", 100_000));

            assertThat(answer.next()).isNotNull();
            assertThat(slots.next(SlotsLine.class)).isEqualTo(line(SlotsLine.CHANGE, id, 1));
            answer.close();
            assertThat(slots.next(SlotsLine.class)).isEqualTo(line(SlotsLine.CHANGE, id, 0));
            agent.desire(GENERATION.incrementAndGet());
            assertThat(slots.next(SlotsLine.class).replicas()).isEmpty();
        }
    }

    private static SlotsLine line(String type, String id, int busy) {
        return new SlotsLine(
                type, agent.report().agentId(), List.of(new ReplicaLoad(id, busy, 2, 0, 0)));
    }

    @Test
    void keepsAReplicaWhoseTimeIsOverUntilItIsToldToEndIt() {
        AgentReport.Replica replica = load(2);
        assertThat(replica.expiresAt()).isGreaterThan(System.currentTimeMillis());

        var answer = agent.post(Routes.KEEP_ALIVE, new KeepAliveMessage(replica.replicaId(), 0L));

        assertThat(answer.statusCode()).isEqualTo(204);
        AgentReport.Replica over = agent.replica(replica.replicaId());
        assertThat(over.expiresAt()).isLessThanOrEqualTo(System.currentTimeMillis());
        assertThat(over.state()).isEqualTo(ReplicaState.READY);
        assertThat(agent.post(Routes.KEEP_ALIVE, new KeepAliveMessage("r2", 0L)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aTimeThatIsSetRunsFromNowAndNotFromTheLastUse() {
        AgentReport.Replica replica = load(2);
        String id = replica.replicaId();
        agent.post(Routes.KEEP_ALIVE, new KeepAliveMessage(id, MINUTE));
        long since = expiresAt(id) - MINUTE;
        Awaitility.await().until(() -> System.currentTimeMillis() > since + 50);

        long before = System.currentTimeMillis();
        agent.post(Routes.KEEP_ALIVE, new KeepAliveMessage(id, null));

        assertThat(expiresAt(id)).isGreaterThanOrEqualTo(before + MINUTE);
    }

    private static long expiresAt(String replica) {
        return Objects.requireNonNull(agent.replica(replica).expiresAt());
    }

    @Test
    void aReplicaOnItsWayOutIsNotKept() throws Exception {
        AgentReport.Replica replica = load(2);
        String id = replica.replicaId();
        try (TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "on and on", 100_000))) {
            assertThat(answer.next()).isInstanceOf(Frame.Head.class);

            agent.desire(GENERATION.incrementAndGet());
            Awaitility.await().until(() -> agent.replica(id).state() == ReplicaState.DRAINING);

            assertThat(agent.post(Routes.KEEP_ALIVE, new KeepAliveMessage(id, MINUTE)).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void answersNothingWhereTheCallerHasItAll() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                agent.status(Routes.REPORT + "?since=" + agent.report().sequence())
                                        == 204);
    }
}
