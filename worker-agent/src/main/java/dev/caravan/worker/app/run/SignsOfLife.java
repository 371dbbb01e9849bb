package dev.caravan.worker.app.run;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/**
 * Says each second of an answer's silence that the agent is there, so that whoever reads it can
 * tell a silent engine, which is the agent's affair, from a silent agent. What breaks an answer of
 * which something was told is told as its last frame.
 */
final class SignsOfLife {

    static final RunFrame SIGN = new RunFrame.Progress(0, 0);

    private static final Duration EACH = Duration.ofSeconds(1);

    /** Until something is told a failure still has a status of its own. */
    private static final Duration FIRST = Duration.ofSeconds(2);

    private final Scheduler scheduler;

    SignsOfLife(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    Flux<RunFrame> around(Flux<RunFrame> answer) {
        return Flux.defer(
                () -> {
                    Told told = new Told(now() + FIRST.minus(EACH).toMillis());
                    Sinks.Empty<Void> over = Sinks.empty();
                    Flux<RunFrame> signs =
                            Flux.interval(EACH, scheduler)
                                    .onBackpressureDrop()
                                    .<RunFrame>map(_ -> SIGN)
                                    .takeUntilOther(over.asMono());
                    return Flux.merge(answer.doOnTerminate(over::tryEmitEmpty), signs)
                            .<RunFrame>handle((frame, sink) -> told.pass(frame, now(), sink))
                            .onErrorResume(told::broken);
                });
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    /** What a reader has been told; touched by one signal at a time. */
    private static final class Told {

        private boolean begun;
        private boolean ended;
        private long last;

        Told(long last) {
            this.last = last;
        }

        void pass(RunFrame frame, long now, SynchronousSink<RunFrame> sink) {
            boolean sign = frame.equals(SIGN);
            if (sign && (ended || now - last < EACH.toMillis())) {
                return;
            }
            begun = true;
            ended = frame instanceof RunFrame.End || frame instanceof RunFrame.Fail;
            last = now;
            sink.next(frame);
        }

        Flux<RunFrame> broken(Throwable failure) {
            if (ended) {
                return Flux.empty();
            }
            return begun ? Flux.just(fail(failure)) : Flux.error(failure);
        }

        private static RunFrame fail(Throwable failure) {
            String text = String.valueOf(failure.getMessage());
            return switch (failure) {
                case EngineRefusal refusal -> new RunFrame.Fail(refusal.code(), text, false);
                case CaravanException fault ->
                        new RunFrame.Fail(fault.code(), text, isRepeatable(fault.code()));
                default -> new RunFrame.Fail(FaultCode.INTERNAL, text, false);
            };
        }

        private static boolean isRepeatable(FaultCode code) {
            return switch (code) {
                case BUSY, MODEL_NOT_FOUND, UPSTREAM_FAILED, UPSTREAM_TIMEOUT -> true;
                case INVALID_REQUEST, QUEUE_FULL, NO_CAPACITY, LOAD_FAILED, FORBIDDEN, INTERNAL ->
                        false;
            };
        }
    }
}
