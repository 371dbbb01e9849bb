package dev.caravan.worker.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.FakeEngines;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.WantedEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class RunsDrainTest {

    private static final ReplicaId ID = new ReplicaId("r1");
    private static final EngineRequest REQUEST =
            new EngineRequest(
                    new Prompt.Raw("once"),
                    SamplingOptions.DEFAULTS,
                    AnswerOptions.DEFAULTS,
                    Optional.empty());
    private static final RunFrame PIECE = new RunFrame.Piece(0, "a", List.of(), false);
    private static final RunFrame END =
            new RunFrame.End(RunFrame.EndReason.STOP, 1, 0, Duration.ZERO, 1, Duration.ZERO);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final FakeEngines engines = new FakeEngines();
    private final EngineSupervisor supervisor =
            new EngineSupervisor(
                    engines,
                    Optional.empty(),
                    new FakeStore(),
                    (_, _, _) -> {},
                    Runnable::run,
                    ManualClock.anytime(),
                    4,
                    Duration.ofMinutes(5));
    private final Runs runs = new Runs(supervisor, (_, _) -> {}, time);
    private final AtomicBoolean drained = new AtomicBoolean();

    @BeforeEach
    void load() {
        supervisor.start(
                new WantedEngine(
                        ID,
                        FakeStore.NAME,
                        FakeStore.DIGEST,
                        2048,
                        2,
                        Continuation.FLUENT,
                        new KeepAlive.Forever()));
        engines.last().becomeReady();
    }

    private Flux<RunFrame> run() {
        return runs.run(ID, FakeStore.DIGEST, REQUEST, new KeepAlive.Unset());
    }

    private Flux<RunFrame> pieces() {
        return Flux.interval(Duration.ofSeconds(1), time).map(_ -> PIECE);
    }

    private List<RunFrame> running(Flux<RunFrame> answer) {
        engines.last().answer = answer;
        List<RunFrame> frames = new ArrayList<>();
        run().filter(frame -> !frame.equals(SignsOfLife.SIGN)).subscribe(frames::add);
        return frames;
    }

    private void drain(Duration patience) {
        runs.drain(patience, () -> false).doOnSuccess(_ -> drained.set(true)).subscribe();
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    @Test
    void anIdleAgentIsDrainedAtOnce() {
        drain(PATIENCE);
        pass(Duration.ofMillis(100));

        assertThat(drained).isTrue();
    }

    @Test
    void takesNoNewRunsAsIfAllSlotsWereTaken() {
        Replica replica = supervisor.find(ID).orElseThrow();

        drain(PATIENCE);

        assertThat(replica.gate().taken()).isEqualTo(2);
        StepVerifier.create(run())
                .verifyErrorSatisfies(
                        fault -> {
                            assertThat(((CaravanException) fault).code()).isEqualTo(FaultCode.BUSY);
                            assertThat(fault)
                                    .hasMessage(
                                            "replica r1: its agent is draining (expected: another replica)");
                        });
    }

    @Test
    void letsAnswersEndThatRun() {
        List<RunFrame> frames = running(Flux.concat(pieces().take(20), Mono.just(END)));

        drain(PATIENCE);
        pass(Duration.ofSeconds(19));
        assertThat(drained).isFalse();
        pass(Duration.ofSeconds(2));

        assertThat(drained).isTrue();
        assertThat(frames).hasSize(21).endsWith(PIECE, END);
    }

    @Test
    void waitsForTheReaderOfAnAnswerThatItsEngineIsDoneWith() {
        engines.last().answer = Flux.just(PIECE, PIECE, END);
        StepVerifier.create(run(), 1)
                .expectNext(PIECE)
                .then(() -> drain(PATIENCE))
                .then(() -> pass(Duration.ofSeconds(20)))
                .then(() -> assertThat(drained).isFalse())
                .thenRequest(5)
                .expectNext(PIECE, END)
                .verifyComplete();
        pass(Duration.ofMillis(100));

        assertThat(drained).isTrue();
    }

    @Test
    void endsWhatIsLeftSoThatItGoesOnElsewhere() {
        List<RunFrame> frames = running(pieces());

        drain(PATIENCE);
        pass(Duration.ofSeconds(29));
        assertThat(frames).hasSize(29).containsOnly(PIECE);
        pass(Duration.ofSeconds(2));

        assertThat(frames)
                .endsWith(
                        PIECE,
                        new RunFrame.Fail(
                                FaultCode.UPSTREAM_FAILED,
                                "agent is stopping (expected: the answer goes on at another one)",
                                true));
        assertThat(drained).isTrue();
    }

    @Test
    void withoutPatienceItEndsAllAtOnce() {
        List<RunFrame> frames = running(Flux.concat(Mono.just(PIECE), Flux.never()));

        drain(Duration.ZERO);
        pass(Duration.ofMillis(200));

        assertThat(frames).hasSize(2);
        assertThat(drained).isTrue();
    }

    @Test
    void waitsForWhatElseIsAtWorkHere() {
        AtomicBoolean others = new AtomicBoolean(true);
        runs.drain(PATIENCE, others::get).doOnSuccess(_ -> drained.set(true)).subscribe();

        pass(Duration.ofSeconds(10));
        assertThat(drained).isFalse();
        others.set(false);
        pass(Duration.ofMillis(100));

        assertThat(drained).isTrue();
    }
}
