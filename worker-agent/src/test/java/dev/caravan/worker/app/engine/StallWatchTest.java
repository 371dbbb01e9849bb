package dev.caravan.worker.app.engine;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class StallWatchTest {

    private static final ReplicaId ID = new ReplicaId("r1");
    private static final EngineRequest REQUEST =
            new EngineRequest(
                    new Prompt.Raw("once"),
                    SamplingOptions.DEFAULTS,
                    AnswerOptions.DEFAULTS,
                    Optional.empty());

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final FakeEngines engines = new FakeEngines();
    private final List<String> told = new ArrayList<>();
    private final EngineSupervisor supervisor =
            new EngineSupervisor(
                    engines,
                    Optional.empty(),
                    new FakeStore(),
                    (kind, subject, detail) -> told.add(kind + " " + subject + " " + detail),
                    Runnable::run,
                    ManualClock.anytime(),
                    4,
                    Duration.ofMinutes(5));
    private final StallWatch watch = new StallWatch(supervisor, time);
    private final Replica replica = ready();

    private Replica ready() {
        supervisor.start(
                new WantedEngine(
                        ID,
                        FakeStore.NAME,
                        FakeStore.DIGEST,
                        2048,
                        4,
                        Continuation.FLUENT,
                        new KeepAlive.Forever()));
        engines.last().becomeReady();
        return supervisor.find(ID).orElseThrow();
    }

    private FakeEngines.FakeEngine engine() {
        return engines.last();
    }

    /** So many tokens at once, then silence. */
    private Flux<RunFrame> tokens(int count) {
        return Flux.range(0, count)
                .<RunFrame>map(at -> new RunFrame.Piece(at, "a", List.of(at), true))
                .concatWith(Flux.never());
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    @Test
    void endsAnEngineThatStallsAndSaysSoEverywhere() {
        AtomicBoolean left = new AtomicBoolean();
        engine().answer = tokens(60).doOnCancel(() -> left.set(true));

        StepVerifier.create(watch.run(replica, engine(), REQUEST))
                .expectNextCount(60)
                .then(() -> pass(Duration.ofMillis(2100)))
                .then(() -> assertThat(engine().stops).isEmpty())
                .then(() -> pass(Duration.ofMillis(800)))
                .verifyErrorSatisfies(
                        fault -> {
                            assertThat(((CaravanException) fault).code())
                                    .isEqualTo(FaultCode.UPSTREAM_TIMEOUT);
                            assertThat(fault)
                                    .hasMessageMatching(
                                            "engine of replica r1 stalled: no progress for 2\\d{3} ms"
                                                    + " \\(expected: within 2000 ms, by its own pace\\)");
                        });

        assertThat(left).isTrue();
        assertThat(engine().stops).containsExactly(Duration.ZERO);
        assertThat(replica.gate().take()).isEmpty();
        engine().end(137);
        assertThat(replica.state())
                .isInstanceOfSatisfying(
                        EngineState.Exited.class,
                        state ->
                                assertThat(state.fault())
                                        .startsWith("engine of replica r1 stalled")
                                        .endsWith("exit code 137"));
        assertThat(told.getLast())
                .startsWith("REPLICA_EXITED r1 engine of replica r1 stalled: no progress");
    }

    @Test
    void endsAllAnswersOfAnEngineThatStalls() {
        engine().answer = tokens(60);
        Mono<Throwable> first =
                watch.run(replica, engine(), REQUEST)
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .cache();
        Mono<Throwable> second =
                watch.run(replica, engine(), REQUEST)
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .cache();
        first.subscribe();
        second.subscribe();

        pass(Duration.ofSeconds(4));

        assertThat(first.block(Duration.ofSeconds(1))).hasMessageContaining("stalled");
        assertThat(second.block(Duration.ofSeconds(1))).hasMessageContaining("stalled");
        assertThat(engine().stops).hasSize(1);
    }

    @Test
    void waitsForALongPrompt() {
        engine().answer =
                Mono.delay(Duration.ofSeconds(200), time)
                        .<RunFrame>map(_ -> new RunFrame.Piece(0, "a", List.of(1), true))
                        .flux();

        StepVerifier.create(watch.run(replica, engine(), REQUEST))
                .then(() -> pass(Duration.ofSeconds(201)))
                .expectNextCount(1)
                .verifyComplete();

        assertThat(engine().stops).isEmpty();
    }

    @Test
    void waitsForAnEngineThatWorksOnSomethingItDoesNotTell() {
        AtomicLong work = new AtomicLong();
        engine().work = Mono.fromSupplier(work::incrementAndGet);
        engine().answer = tokens(60);

        StepVerifier.create(watch.run(replica, engine(), REQUEST))
                .expectNextCount(60)
                .then(() -> pass(Duration.ofMinutes(1)))
                .then(() -> assertThat(engine().stops).isEmpty())
                .then(() -> engine().work = Mono.just(5L))
                .then(() -> pass(Duration.ofSeconds(6)))
                .verifyErrorMatches(
                        fault -> String.valueOf(fault.getMessage()).contains("stalled"));

        assertThat(work.get()).isLessThan(120);
    }

    @Test
    void anEngineThatDoesNotAnswerIsNotWaitedFor() {
        engine().work = Mono.never();
        engine().answer = tokens(60);

        StepVerifier.create(watch.run(replica, engine(), REQUEST))
                .expectNextCount(60)
                .then(() -> pass(Duration.ofSeconds(4)))
                .verifyErrorMatches(
                        fault -> String.valueOf(fault.getMessage()).contains("stalled"));
    }

    @Test
    void aReaderThatTakesNothingIsNoStall() {
        engine().answer = tokens(100);

        StepVerifier.create(watch.run(replica, engine(), REQUEST), 60)
                .expectNextCount(60)
                .then(() -> pass(Duration.ofMinutes(10)))
                .then(() -> assertThat(engine().stops).isEmpty())
                .thenRequest(10)
                .expectNextCount(10)
                .thenCancel()
                .verify();
    }
}
