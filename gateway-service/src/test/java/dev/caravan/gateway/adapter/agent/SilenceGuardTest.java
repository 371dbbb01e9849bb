package dev.caravan.gateway.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class SilenceGuardTest {

    private static final Duration MOST = Duration.ofSeconds(8);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final TestPublisher<Integer> source = TestPublisher.create();

    private Flux<Integer> guarded(Scheduler on) {
        return new SilenceGuard(MOST, on).guard(source.flux(), "agent a");
    }

    @Test
    void aSilentStreamEndsAndOneThatSaysSomethingDoesNot() {
        StepVerifier.create(guarded(time))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(7)))
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(7)))
                .then(() -> source.next(2))
                .expectNext(2)
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(10)))
                .expectErrorSatisfies(
                        fault ->
                                assertThat(fault).hasMessageStartingWith("agent a: silent for 8 s"))
                .verify(Duration.ofSeconds(5));
        source.assertCancelled();
    }

    @Test
    void doesNotCountTimeInWhichNobodyTakesWhatComes() {
        StepVerifier.create(guarded(time), 1)
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> time.advanceTimeBy(Duration.ofMinutes(10)))
                .thenRequest(1)
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(7)))
                .then(() -> source.next(2))
                .expectNext(2)
                .thenRequest(1)
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(10)))
                .expectErrorMatches(
                        fault -> String.valueOf(fault.getMessage()).contains("silent for 8 s"))
                .verify(Duration.ofSeconds(5));
    }

    /** The clock goes on although no look was possible. */
    @Test
    void doesNotCountTimeInWhichThisProcessStoodStill() {
        StoppedScheduler stopped = new StoppedScheduler(time);
        StepVerifier.create(guarded(stopped))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(6)))
                .then(() -> stopped.away = Duration.ofMinutes(3))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(1)))
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(10)))
                .expectErrorMatches(
                        fault -> String.valueOf(fault.getMessage()).contains("silent for 8 s"))
                .verify(Duration.ofSeconds(5));
    }

    private static final class StoppedScheduler implements Scheduler {

        private final Scheduler time;
        private Duration away = Duration.ZERO;

        StoppedScheduler(Scheduler time) {
            this.time = time;
        }

        @Override
        public long now(TimeUnit unit) {
            return time.now(unit) + unit.convert(away);
        }

        @Override
        public Disposable schedule(Runnable task) {
            return time.schedule(task);
        }

        @Override
        public Worker createWorker() {
            return time.createWorker();
        }

        @Override
        public Disposable schedulePeriodically(
                Runnable task, long initialDelay, long period, TimeUnit unit) {
            return time.schedulePeriodically(task, initialDelay, period, unit);
        }
    }
}
