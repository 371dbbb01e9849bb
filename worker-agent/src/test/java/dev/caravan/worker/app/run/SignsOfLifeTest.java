package dev.caravan.worker.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class SignsOfLifeTest {

    private static final RunFrame PIECE = new RunFrame.Piece(0, "a", List.of(), false);
    private static final RunFrame END =
            new RunFrame.End(RunFrame.EndReason.STOP, 1, 0, Duration.ZERO, 1, Duration.ZERO);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final SignsOfLife signs = new SignsOfLife(time);

    private List<RunFrame> told(Flux<RunFrame> answer, Duration duration) {
        List<RunFrame> frames = new ArrayList<>();
        signs.around(answer).subscribe(frames::add);
        time.advanceTimeBy(duration);
        return frames;
    }

    private Flux<RunFrame> after(Duration wait, RunFrame frame) {
        return Mono.delay(wait, time).map(_ -> frame).flux();
    }

    @Test
    void saysEachSecondThatTheAgentIsThere() {
        List<RunFrame> frames = told(after(Duration.ofMillis(9500), END), Duration.ofSeconds(20));

        assertThat(frames).hasSizeBetween(8, 10).endsWith(END);
        assertThat(frames.subList(0, frames.size() - 1)).containsOnly(SignsOfLife.SIGN);
    }

    @Test
    void saysNothingMoreWhereTheEngineSpeaks() {
        Flux<RunFrame> answer =
                Flux.interval(Duration.ofMillis(300), time).map(_ -> PIECE).take(30);

        assertThat(told(answer, Duration.ofSeconds(20))).hasSize(30).containsOnly(PIECE);
    }

    @Test
    void aSignThatAnEngineGivesWithEachTokenIsToldOnceASecond() {
        Flux<RunFrame> answer =
                Flux.interval(Duration.ofMillis(10), time).map(_ -> SignsOfLife.SIGN);

        assertThat(told(answer, Duration.ofSeconds(10))).hasSizeBetween(8, 10);
    }

    @Test
    void aRefusalThatComesAtOnceStaysOne() {
        var refusal = new EngineRefusal(418, "no");
        Flux<RunFrame> answer =
                Mono.delay(Duration.ofMillis(1500), time)
                        .then(Mono.<RunFrame>error(refusal))
                        .flux();

        StepVerifier.create(signs.around(answer))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(2)))
                .verifyErrorMatches(refusal::equals);
    }

    @Test
    void whatBreaksAnAnswerLaterIsItsLastFrame() {
        var stalled = new CaravanException(FaultCode.UPSTREAM_TIMEOUT, "stalled");
        var wrong = new EngineRefusal(400, "wrong");

        assertThat(told(Flux.concat(Mono.just(PIECE), Mono.error(stalled)), Duration.ZERO))
                .containsExactly(
                        PIECE, new RunFrame.Fail(FaultCode.UPSTREAM_TIMEOUT, "stalled", true));
        assertThat(told(Flux.concat(Mono.just(PIECE), Mono.error(wrong)), Duration.ZERO))
                .containsExactly(
                        PIECE, new RunFrame.Fail(FaultCode.INVALID_REQUEST, "wrong", false));
    }

    @Test
    void nothingFollowsTheEnd() {
        Flux<RunFrame> answer =
                Flux.concat(
                        Mono.just(END),
                        Mono.delay(Duration.ofSeconds(5), time)
                                .then(Mono.error(new IllegalStateException("late"))));

        assertThat(told(answer, Duration.ofSeconds(20))).containsExactly(END);
    }

    @Test
    void leavesTheEngineWithItsReader() {
        AtomicBoolean left = new AtomicBoolean();

        var reading =
                signs.around(Flux.<RunFrame>never().doOnCancel(() -> left.set(true))).subscribe();
        reading.dispose();

        assertThat(left).isTrue();
    }
}
