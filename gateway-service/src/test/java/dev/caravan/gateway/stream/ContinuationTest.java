package dev.caravan.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.routing.RetryBudget;
import dev.caravan.core.routing.Router;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Continued;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.core.run.ToolCall;
import dev.caravan.gateway.adapter.breaker.ReplicaBreakers;
import dev.caravan.gateway.app.AdmissionControl;
import dev.caravan.gateway.app.ColdStarts;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.LoadWish;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.ModelLoader;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.app.ReplicaSelector;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.app.RunningRequests;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a client gets when replicas break at a given place; the replicas here break on demand. */
class ContinuationTest {

    private static final ModelRef NAME = ModelRef.parse("toy").orElseThrow();
    private static final ModelDigest DIGEST = new ModelDigest("a".repeat(64));
    private static final AgentId AGENT = new AgentId("agent");
    private static final int REPLICAS = 9;

    private final Breaking replicas = new Breaking();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Continuation policy = Continuation.FLUENT;
    private boolean enabled = true;

    @Test
    void resumesByTheIdsOfAllThatWasTold() {
        replicas.then(head(), piece("Hello", 10), piece(" wor", 11), cut());
        replicas.then(resumed(2, true), piece("ld", 12), end(3));

        assertThat(text(greedy("hi"))).isEqualTo("Hello world");

        RunRequest second = replicas.asked.getLast();
        assertThat(second.resume())
                .contains(new ResumePoint(List.of(1, 2), List.of(10, 11), "Hello wor", "", 2));
        assertThat(second.options().seed()).isEqualTo(77);
        assertThat(second.options().named()).contains("seed");
    }

    @Test
    void saysHowOftenAndWhetherExactly() {
        policy = Continuation.EXACT;
        replicas.then(head(), piece("a", 10), cut());
        replicas.then(resumed(1, true), piece("b", 11), cut());
        replicas.then(resumed(2, true), piece("c", 12), end(3));

        assertThat(continued(greedy("hi"))).contains(new Continued(2, true));
    }

    @Test
    void doesNotClaimExactnessOfSampledFluentOrRetokenizedAnswers() {
        RunFrame[] rest = {resumed(1, true), piece("b", 11), end(2)};
        replicas.then(head(), piece("a", 10), cut());
        replicas.then(rest);
        assertThat(continued(greedy("fluent"))).contains(new Continued(1, false));

        policy = Continuation.EXACT;
        replicas.then(head(), piece("a", 10), cut());
        replicas.then(rest);
        assertThat(continued(request(new Prompt.Raw("sampled"), SamplingOptions.DEFAULTS)))
                .contains(new Continued(1, false));

        replicas.then(head(), piece("a", 10), cut());
        replicas.then(resumed(1, false), piece("b", 11), end(2));
        assertThat(continued(greedy("by text"))).contains(new Continued(1, false));

        replicas.then(head(), piece("a", 10), cut());
        replicas.then(
                new RunFrame.Head(
                        "another build",
                        "r",
                        77,
                        2,
                        List.of(1, 2),
                        Optional.of(new RunFrame.Resumed(1, true))),
                piece("b", 11),
                end(2));
        assertThat(continued(greedy("another build"))).contains(new Continued(1, false));
    }

    @Test
    void resumesByTextWhereIdsWereHeldBack() {
        replicas.then(head(), piece("a", 10), unknown("?"), piece("b", 12), cut());
        replicas.then(resumed(3, false), piece("c", 13), end(4));

        assertThat(text(greedy("hi"))).isEqualTo("a?bc");

        ResumePoint point = replicas.asked.getLast().resume().orElseThrow();
        assertThat(point.ids()).isEmpty();
        assertThat(point.text()).isEqualTo("a?b");
    }

    @Test
    void startsAnewWhileTheClientHasNothing() {
        replicas.then(head(), new RunFrame.Progress(1, 2), cut());
        replicas.then(head(), piece("a", 10), end(1));

        List<RunFrame> all = frames(greedy("hi"));

        assertThat(all).hasSize(2);
        assertThat(((RunFrame.End) all.getLast()).continued()).isEmpty();
        assertThat(replicas.asked.getLast().resume()).isEmpty();
    }

    @Test
    void anAnswerThatWasMadeWholeNeedsNothingButItsEnd() {
        replicas.then(head(), piece("a", 10), cut());
        replicas.then(resumed(1, true), end(1));

        assertThat(continued(greedy("hi"))).contains(new Continued(1, false));
    }

    @Test
    void repeatsByPolicyAndLeavesOutWhatTheClientHas() {
        policy = Continuation.REPEAT;
        replicas.then(head(), piece("Hel", 10), piece("lo", 11), cut());
        replicas.then(head(), piece("Hel", 10), piece("lo", 11), piece("!", 12), end(3));

        List<RunFrame> all = frames(greedy("hi"));

        assertThat(text(all)).isEqualTo("Hello!");
        assertThat(all).hasSize(4);
        assertThat(((RunFrame.End) all.getLast()).continued()).contains(new Continued(1, true));
        assertThat(replicas.asked.getLast().resume()).isEmpty();
        assertThat(replicas.asked.getLast().options().seed()).isEqualTo(77);
    }

    @Test
    void aRepetitionThatSaysOtherwiseIsResumedInstead() {
        policy = Continuation.REPEAT;
        replicas.then(head(), piece("Hel", 10), piece("lo", 11), cut());
        replicas.then(head(), piece("Hel", 10), piece("p me", 15), end(2));
        replicas.then(resumed(2, true), piece("!", 12), end(3));

        assertThat(continued(greedy("hi"))).contains(new Continued(1, false));
        assertThat(replicas.asked.getLast().resume().orElseThrow().text()).isEqualTo("Hello");
    }

    @Test
    void theSameTextOfOtherTokensIsNotExact() {
        policy = Continuation.REPEAT;
        replicas.then(head(), piece("Hel", 10), piece("lo", 11), cut());
        replicas.then(head(), piece("Hello", 20), piece("!", 12), end(2));

        List<RunFrame> all = frames(greedy("hi"));

        assertThat(text(all)).isEqualTo("Hello!");
        assertThat(((RunFrame.End) all.getLast()).continued()).contains(new Continued(1, false));
    }

    @Test
    void aGrammarIsRepeatedAndEndsHonestlyWhereItDiffers() {
        var json =
                new SamplingOptions(
                        -1,
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
                        new OutputFormat.Json(),
                        Set.of("temperature"));
        RunRequest request = request(new Prompt.Raw("an object"), json);
        replicas.then(head(), piece("{\"a", 10), cut());
        replicas.then(head(), piece("{", 1), piece("\"a\":1}", 2), end(2));
        assertThat(text(request)).isEqualTo("{\"a\":1}");

        replicas.then(head(), piece("{\"a", 10), cut());
        replicas.then(head(), piece("{\"b", 10), end(1));
        CaravanException fault = fault(request);
        assertThat(fault)
                .hasMessageContaining("broke off after 1 tokens")
                .hasMessageContaining("could not be continued")
                .hasMessageContaining("{\"b");
    }

    @Test
    void callsThatTheClientHasMustComeAgain() {
        ToolCall told = new ToolCall("id-1", 0, "weather", "{\"city\":\"Paris\"}");
        ToolCall again = new ToolCall("id-2", 0, "weather", "{\"city\":\"Paris\"}");
        ToolCall more = new ToolCall("id-3", 1, "time", "{}");
        RunRequest request =
                request(
                        new Prompt.Chat(List.of(ChatMessage.user("go", List.of())), List.of("{}")),
                        SamplingOptions.DEFAULTS);
        replicas.then(head(), call(told), cut());
        replicas.then(head(), call(again), call(more), end(9));

        List<ToolCall> calls =
                frames(request).stream()
                        .filter(RunFrame.Piece.class::isInstance)
                        .flatMap(frame -> ((RunFrame.Piece) frame).toolCalls().stream())
                        .toList();

        assertThat(calls).containsExactly(told, more);
    }

    @Test
    void whatAnEngineCannotResumeIsRepeated() {
        replicas.then(head(), unknown("Hm"), cut());
        replicas.fails(new CaravanException(FaultCode.INVALID_REQUEST, "cannot resume"));
        replicas.then(head(), unknown("Hm"), unknown(" so"), end(2));

        assertThat(text(greedy("hi"))).isEqualTo("Hm so");
    }

    @Test
    void survivesAFailureWhileContinuing() {
        replicas.then(head(), piece("a", 10), cut());
        replicas.fails(new CaravanException(FaultCode.UPSTREAM_FAILED, "refused"));
        replicas.then(resumed(1, true), cut());
        replicas.then(resumed(1, true), piece("b", 11), end(2));

        assertThat(continued(greedy("hi"))).contains(new Continued(1, false));
    }

    @Test
    void givesUpWithOneLineWhereEveryAttemptFails() {
        replicas.then(head(), piece("a", 10), cut());
        IntStream.range(0, 9)
                .forEach(
                        _ ->
                                replicas.fails(
                                        new CaravanException(FaultCode.UPSTREAM_FAILED, "gone")));

        assertThat(fault(greedy("hi"))).hasMessageContaining("broke off after 1 tokens");
        assertThat(replicas.asked).hasSize(1 + 3);
    }

    @Test
    void endsAsItBrokeWhereItIsSwitchedOff() {
        enabled = false;
        replicas.then(head(), piece("a", 10), cut());

        assertThat(fault(greedy("hi"))).hasMessage("engine gone");
        assertThat(replicas.asked).hasSize(1);
    }

    @Test
    void durationsOfAllPartsAreAddedAndThePauseIsMeasured() {
        replicas.then(head(), piece("a", 10), piece("b", 11), cut());
        replicas.then(resumed(2, true), piece("c", 12), end(3));

        RunFrame.End last = (RunFrame.End) frames(greedy("hi")).getLast();

        assertThat(last.answerTime()).isGreaterThan(Duration.ofMillis(5));
        assertThat(last.answerTokens()).isEqualTo(3);
        assertThat(registry.get("caravan.continuation.pause").timer().count()).isEqualTo(1);
    }

    @Test
    void aReplicaThatBreaksAnswersIsLeftOutAfterAWhile() {
        AdmissionControl admission = admission();
        replicas.broken = "r0";
        IntStream.range(0, 60)
                .forEach(
                        _ -> {
                            answers(admission)
                                    .answer(greedy("hi"), "chat")
                                    .blockLast(Duration.ofSeconds(20));
                        });

        assertThat(replicas.askedOf("r0")).isBetween(3L, 12L);
    }

    @Test
    void aClientThatLeavesWhileItIsContinuedLeavesNothingBehind() {
        replicas.then(head(), piece("a", 10), cut());
        replicas.never();
        AdmissionControl admission = admission();
        Answers answers = answers(admission);

        StepVerifier.create(answers.answer(greedy("hi"), "chat"))
                .expectNextCount(1)
                .then(() -> await().until(() -> replicas.open.get() == 1))
                .thenCancel()
                .verify(Duration.ofSeconds(5));

        await().untilAsserted(
                        () -> {
                            assertThat(replicas.open.get()).isZero();
                            assertThat(registry.get("caravan.requests.in.flight").gauge().value())
                                    .isZero();
                        });
    }

    // ---- frames

    private static RunFrame head() {
        return new RunFrame.Head("b1", "r", 77, 2, List.of(1, 2));
    }

    private static RunFrame resumed(int tokens, boolean byIds) {
        return new RunFrame.Head(
                "b1", "r", 77, 2, List.of(1, 2), Optional.of(new RunFrame.Resumed(tokens, byIds)));
    }

    private static RunFrame piece(String text, int id) {
        return new RunFrame.Piece(0, text, List.of(id), true);
    }

    private static RunFrame unknown(String text) {
        return new RunFrame.Piece(0, text, List.of(), false);
    }

    private static RunFrame call(ToolCall call) {
        return new RunFrame.Piece(0, "", List.of(), false, "", List.of(call), List.of());
    }

    private static RunFrame cut() {
        return new RunFrame.Fail(FaultCode.UPSTREAM_FAILED, "engine gone", true);
    }

    private static RunFrame end(int tokens) {
        return new RunFrame.End(
                RunFrame.EndReason.STOP, 2, 0, Duration.ofMillis(1), tokens, Duration.ofMillis(5));
    }

    // ---- requests

    private static RunRequest greedy(String text) {
        SamplingOptions options =
                new SamplingOptions(
                        -1,
                        -1,
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
                        new OutputFormat.Text(),
                        Set.of("temperature"));
        return request(new Prompt.Raw(text), options);
    }

    private static RunRequest request(Prompt prompt, SamplingOptions options) {
        return new RunRequest(
                "id",
                NAME,
                DIGEST,
                prompt,
                options,
                AnswerOptions.DEFAULTS,
                4096,
                new KeepAlive.Unset(),
                Optional.empty(),
                LoadOptions.NONE,
                Optional.empty());
    }

    private List<RunFrame> frames(RunRequest request) {
        return Objects.requireNonNull(
                answers(admission())
                        .answer(request, "chat")
                        .flatMapIterable(Answers.Part::frames)
                        .collectList()
                        .block(Duration.ofSeconds(20)));
    }

    private String text(RunRequest request) {
        return text(frames(request));
    }

    private static String text(List<RunFrame> frames) {
        StringBuilder text = new StringBuilder();
        for (RunFrame frame : frames) {
            if (frame instanceof RunFrame.Piece piece) {
                text.append(piece.text());
            }
        }
        return text.toString();
    }

    private Optional<Continued> continued(RunRequest request) {
        return ((RunFrame.End) frames(request).getLast()).continued();
    }

    private CaravanException fault(RunRequest request) {
        return (CaravanException)
                Objects.requireNonNull(
                        answers(admission())
                                .answer(request, "chat")
                                .then(Mono.<Throwable>empty())
                                .onErrorResume(Mono::just)
                                .block(Duration.ofSeconds(20)));
    }

    // ---- the gateway around them

    private Answers answers(AdmissionControl admission) {
        GatewayMeters meters = new GatewayMeters(registry);
        Failover failover =
                new Failover(
                        replicas,
                        new RetryBudget(0.1, 10),
                        new Failover.Limits(3, enabled),
                        meters);
        return new Answers(
                admission, failover, new RunningRequests(InstantSource.system()), meters);
    }

    private AdmissionControl admission() {
        GatewayMeters meters = new GatewayMeters(registry);
        NewestView views = new NewestView();
        views.offer(view());
        var timers = Schedulers.parallel();
        ReplicaSelector selector =
                new ReplicaSelector(new Router(), views, new LoadBoard(timers), timers, meters);
        ColdStarts cold =
                new ColdStarts(
                        new NoLoader(),
                        Duration.ofSeconds(1),
                        new KeepAlive.Unset(),
                        InstantSource.system(),
                        timers);
        return new AdmissionControl(
                selector,
                cold,
                new ReplicaBreakers(Clock.systemUTC()),
                new AdmissionControl.Limits(100, 100, Duration.ofSeconds(10)),
                timers,
                meters);
    }

    private ClusterView view() {
        List<ReplicaSnapshot> all = new ArrayList<>();
        for (int n = 0; n < REPLICAS; n++) {
            all.add(
                    new ReplicaSnapshot(
                            new ReplicaId("r" + n), AGENT, NAME, DIGEST, 4096, 4, policy));
        }
        ModelEntry entry =
                new ModelEntry(
                        NAME,
                        DIGEST,
                        new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 8192, 64),
                        policy,
                        Set.of("completion"),
                        List.of(AGENT));
        AgentSnapshot agent =
                new AgentSnapshot(AGENT, "host", "http://127.0.0.1:1", AgentSnapshot.Verdict.READY);
        return new ClusterView(new Version(1, 1), List.of(agent), List.of(entry), all);
    }

    /** Nothing can be loaded. */
    private static final class NoLoader implements ModelLoader {

        @Override
        public Mono<Loaded> load(LoadWish wish, Duration patience) {
            return Mono.error(new CaravanException(FaultCode.NO_CAPACITY, "no room"));
        }

        @Override
        public Mono<Void> unload(String requestId, ModelDigest digest) {
            return Mono.empty();
        }
    }

    /** Says what was set down for each run in turn, a millisecond apart. */
    private static final class Breaking implements Replicas {

        private final Deque<Function<RunRequest, Flux<List<RunFrame>>>> runs = new ArrayDeque<>();
        private final List<RunRequest> asked = new ArrayList<>();
        private final List<String> targets = new ArrayList<>();
        private final AtomicInteger open = new AtomicInteger();

        /** Where it is set all others answer at once. */
        private String broken = "";

        long askedOf(String replica) {
            return targets.stream().filter(replica::equals).count();
        }

        void then(RunFrame... frames) {
            runs.add(
                    _ ->
                            Flux.fromArray(frames)
                                    .delayElements(Duration.ofMillis(1))
                                    .map(frame -> List.of(frame)));
        }

        void fails(CaravanException fault) {
            runs.add(_ -> Flux.error(fault));
        }

        void never() {
            runs.add(_ -> Flux.never());
        }

        @Override
        public Flux<List<RunFrame>> run(Loaded target, RunRequest request) {
            asked.add(request);
            targets.add(target.replica().id().value());
            if (!broken.isEmpty()) {
                return target.replica().id().value().equals(broken)
                        ? Flux.just(List.of(head(), cut()))
                        : Flux.just(List.of(head(), piece("a", 10), end(1)));
            }
            return runs.removeFirst()
                    .apply(request)
                    .doOnSubscribe(_ -> open.incrementAndGet())
                    .doFinally(_ -> open.decrementAndGet());
        }

        @Override
        public Mono<Void> keepAlive(Loaded target, KeepAlive keepAlive) {
            return Mono.empty();
        }
    }
}
