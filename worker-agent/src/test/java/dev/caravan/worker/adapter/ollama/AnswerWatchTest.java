package dev.caravan.worker.adapter.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class AnswerWatchTest {

    private static final RunFrame PIECE = new RunFrame.Piece(0, "a", List.of(), false);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicBoolean there = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();

    private AnswerWatch watch(Duration stall) {
        return new AnswerWatch(
                OllamaUrl.parse("gpu"),
                Mono.defer(
                        () -> {
                            asked.incrementAndGet();
                            return there.get()
                                    ? Mono.just("0.33.0")
                                    : Mono.error(new IllegalStateException("no answer for 4 s"));
                        }),
                stall,
                time);
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    @Test
    void asksNothingWhilePiecesCome() {
        Flux<RunFrame> answer = Flux.interval(Duration.ofSeconds(1), time).take(30).map(_ -> PIECE);

        StepVerifier.create(watch(Duration.ofMinutes(10)).guard(answer))
                .then(() -> pass(Duration.ofSeconds(31)))
                .expectNextCount(30)
                .verifyComplete();

        assertThat(asked).hasValue(0);
    }

    @Test
    void waitsForASilentServerThatIsThere() {
        Flux<RunFrame> answer = Mono.delay(Duration.ofSeconds(90), time).map(_ -> PIECE).flux();

        List<RunFrame> frames =
                collected(watch(Duration.ofMinutes(10)).guard(answer), Duration.ofSeconds(100));

        assertThat(frames).containsExactly(PIECE);
        assertThat(asked).hasValueGreaterThan(10);
    }

    private List<RunFrame> collected(Flux<RunFrame> frames, Duration duration) {
        Mono<List<RunFrame>> all = frames.collectList().cache();
        all.subscribe();
        pass(duration);
        return Objects.requireNonNull(all.block(Duration.ofSeconds(5)));
    }

    @Test
    void givesUpOnAServerThatDoesNotAnswerTwice() {
        there.set(false);
        AtomicBoolean cancelled = new AtomicBoolean();
        Flux<RunFrame> answer = Flux.<RunFrame>never().doOnCancel(() -> cancelled.set(true));

        StepVerifier.create(watch(Duration.ofMinutes(10)).guard(answer))
                .then(() -> pass(Duration.ofSeconds(11)))
                .verifyErrorSatisfies(
                        fault -> {
                            assertThat(((CaravanException) fault).code())
                                    .isEqualTo(FaultCode.UPSTREAM_TIMEOUT);
                            assertThat(fault)
                                    .hasMessage(
                                            "Ollama at http://gpu:11434 does not answer any more: no answer for 4 s");
                        });
        assertThat(cancelled).isTrue();
    }

    @Test
    void givesUpOnAnAnswerThatMakesNoProgressForTooLong() {
        StepVerifier.create(watch(Duration.ofSeconds(30)).guard(Flux.never()))
                .then(() -> pass(Duration.ofSeconds(40)))
                .verifyErrorSatisfies(
                        fault ->
                                assertThat(fault)
                                        .hasMessageContaining(
                                                "no progress for 30 s (expected: sooner; raise caravan.worker.ollama.stall)"));
    }
}
