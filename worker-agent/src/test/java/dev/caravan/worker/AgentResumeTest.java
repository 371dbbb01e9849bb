package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.gguf.fixture.FixtureModel;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Frame;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An answer that broke off after each of its pieces is taken up by a real engine: what was told and
 * what comes are together the answer that was not broken off.
 */
class AgentResumeTest {

    private static final String THOUGHT = "<think>\nHm, let me see.\n</think>\n\nThe answer is 7.";

    private static @TempDir Path folder;
    private static TestAgent agent;
    private static AgentReport.Replica scripted;
    private static AgentReport.Replica lively;

    @BeforeAll
    static void start() throws IOException {
        agent = TestAgent.start(folder);
        FixtureModel said =
                ScriptedModel.saying(
                        "said",
                        Script.once("plain", "Hello there, plain text; aaaaab and aaaa."),
                        Script.once("emoji", "a camel 🐫 stops, so 中 é too"),
                        Script.once("think", THOUGHT));
        List<DesiredEngines.Engine> engines =
                List.of(
                        TestAgent.engine("said", "said:latest", make("said:latest", said), 2),
                        TestAgent.engine(
                                "lively",
                                "lively:latest",
                                make(
                                        "lively:latest",
                                        RandomModel.named("lively").withContextLength(2048)),
                                2));
        agent.desire(1, engines, List.of());
        scripted = ready("said");
        lively = ready("lively");
    }

    private static ModelDigest make(String name, FixtureModel model) throws IOException {
        Path file = Files.createTempFile(folder, "made-", ".gguf");
        new FixtureWriter().write(model, file);
        return agent.make(name, Files.readAllBytes(file));
    }

    private static AgentReport.Replica ready(String id) {
        return agent.await(id, replica -> replica.state() == ReplicaState.READY);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    /** An answer's frames, or the beginning of one. */
    private record Said(Frame.Head head, List<Frame.Piece> pieces, Frame.@Nullable End end) {

        static Said of(List<Frame> frames) {
            List<Frame.Head> heads = frames.stream().flatMap(only(Frame.Head.class)).toList();
            return new Said(
                    heads.getLast(),
                    frames.stream().flatMap(only(Frame.Piece.class)).toList(),
                    frames.getLast() instanceof Frame.End end ? end : null);
        }

        private static <T> java.util.function.Function<Frame, Stream<T>> only(Class<T> type) {
            return frame -> type.isInstance(frame) ? Stream.of(type.cast(frame)) : Stream.empty();
        }

        Frame.End last() {
            return Objects.requireNonNull(end, "an answer that ended");
        }

        Said first(int count) {
            return new Said(head, pieces.subList(0, count), null);
        }

        String text() {
            return pieces.stream().map(Frame.Piece::text).collect(Collectors.joining());
        }

        String thinking() {
            return pieces.stream().map(Frame.Piece::thinking).collect(Collectors.joining());
        }

        List<Integer> ids() {
            return pieces.stream()
                    .flatMapToInt(piece -> Arrays.stream(piece.ids()))
                    .boxed()
                    .toList();
        }

        RunMessage.Resume byIds() {
            List<Integer> ids = ids();
            return new RunMessage.Resume(head.promptIds(), ids, text(), thinking(), ids.size());
        }

        RunMessage.Resume byText() {
            return new RunMessage.Resume(null, null, text(), thinking(), ids().size());
        }
    }

    /** A request about one thing, once whole and once from a point on. */
    private record Asked(
            AgentReport.Replica replica,
            String text,
            boolean raw,
            RunMessage.Options options,
            RunMessage.@Nullable Answer answer) {

        Said from(RunMessage.@Nullable Resume resume) {
            return Said.of(agent.run(message(resume)).all());
        }

        RunMessage message(RunMessage.@Nullable Resume resume) {
            return new RunMessage(
                    "test",
                    replica.replicaId(),
                    replica.digest(),
                    replica.model(),
                    raw ? null : List.of(new RunMessage.Message("user", text)),
                    raw ? text : null,
                    options,
                    null,
                    null,
                    null,
                    answer,
                    null,
                    resume);
        }
    }

    private static RunMessage.Options options(int predict, double temperature, String... stop) {
        return new RunMessage.Options(
                predict, 5, 40, 0.9, 0, 1, 64, temperature, 1, 0, 0, 4, List.of(stop), null, null);
    }

    private static RunMessage.Answer thinking() {
        return new RunMessage.Answer(true, null, null, true, true, false, null);
    }

    static Stream<Asked> answers() {
        return Stream.of(
                chat("plain", options(400, 0)),
                chat("plain", options(9, 0)),
                chat("plain", options(400, 0, "text;")),
                chat("plain", options(400, 0, "aab and b")),
                chat("plain", options(400, 0, "there, plain toast", "aaaaax")),
                chat("emoji", options(400, 0)),
                chat("emoji", options(400, 0, "🐫 goes")),
                new Asked(scripted, "think", false, options(400, 0), thinking()),
                new Asked(scripted, "think", false, options(400, 0, "is 7"), thinking()),
                new Asked(lively, "on and on", true, options(60, 0), null));
    }

    private static Asked chat(String script, RunMessage.Options options) {
        return new Asked(scripted, script, false, options, null);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void goesOnBehindEachPiece(Asked asked) {
        Said whole = asked.from(null);
        Frame.End end = whole.last();
        assertThat(whole.pieces()).hasSizeGreaterThan(5);

        for (int cut = 1; cut <= whole.pieces().size(); cut++) {
            Said told = whole.first(cut);

            Said rest = asked.from(told.byIds());

            String where = "behind \"" + told.thinking() + told.text() + "\"";
            assertThat(told.text() + rest.text()).describedAs(where).isEqualTo(whole.text());
            assertThat(told.thinking() + rest.thinking())
                    .describedAs(where)
                    .isEqualTo(whole.thinking());
            assertThat(rest.last().reason()).describedAs(where).isEqualTo(end.reason());
            assertThat(rest.last().answerTokens()).describedAs(where).isEqualTo(end.answerTokens());
            assertThat(rest.last().promptTokens()).describedAs(where).isEqualTo(end.promptTokens());
            Frame.Resumed resumed = Objects.requireNonNull(rest.head().resumed());
            assertThat(resumed.byIds()).describedAs(where).isTrue();
            List<Integer> ids = new ArrayList<>(told.ids().subList(0, resumed.tokens()));
            ids.addAll(rest.ids());
            assertThat(ids).describedAs(where).isEqualTo(whole.ids());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWithSamplingAndEndsAtTheSameCount(boolean byIds) {
        Asked asked = new Asked(lively, "at random", true, options(50, 0.9), null);
        Said whole = asked.from(null);
        Said told = whole.first(20);

        Said rest = asked.from(byIds ? told.byIds() : told.byText());

        assertThat(rest.last().answerTokens()).isEqualTo(50);
        assertThat(rest.ids()).hasSize(50 - told.ids().size());
        assertThat(Objects.requireNonNull(rest.head().resumed()).byIds()).isEqualTo(byIds);
    }

    @Test
    void tellsTheContextOfTheWholeAnswer() {
        RunMessage.Answer plain = new RunMessage.Answer(null, null, null, true, true, false, null);
        Said whole = instruction(plain, null);

        Said rest = instruction(plain, whole.first(7).byIds());

        assertThat(whole.last().context()).isNotEmpty();
        assertThat(rest.last().context()).isEqualTo(whole.last().context());
    }

    private static Said instruction(RunMessage.Answer answer, RunMessage.@Nullable Resume resume) {
        return Said.of(
                agent.run(
                                new RunMessage(
                                        "test",
                                        lively.replicaId(),
                                        lively.digest(),
                                        lively.model(),
                                        List.of(new RunMessage.Message("user", "say it")),
                                        "say it",
                                        options(20, 0),
                                        null,
                                        null,
                                        null,
                                        answer,
                                        null,
                                        resume))
                        .all());
    }

    @Test
    void doesNotTakeUpWhatHasToBeReadFromItsStart() {
        RunMessage.Options json =
                new RunMessage.Options(
                        20,
                        5,
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
                        List.of(),
                        WireJson.mapper().valueToTree("json"),
                        null);
        Asked asked = new Asked(lively, "an object", true, json, null);

        var answer =
                agent.post(
                        Routes.RUN, asked.message(new RunMessage.Resume(null, null, "{", null, 1)));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("INVALID_REQUEST", "format");
    }
}
