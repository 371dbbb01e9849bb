package dev.caravan.gateway.adapter.agent;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.health.AttentiveClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Ends a stream whose agent says nothing. While an engine is silent its agent says each second that
 * it is there, and ends the engine where that stalls, so that silence here is the agent's or the
 * network's. One timer looks now and then instead of a timer for each element, which would cost
 * more than the element; so silence is noticed up to an eighth late. Time in which nobody takes
 * what comes, or in which this process itself stood still, does not count.
 */
final class SilenceGuard {

    private static final int LOOKS = 8;

    private final Duration most;
    private final Scheduler scheduler;

    /**
     * @param most longest time between two elements, also before the first
     */
    SilenceGuard(Duration most, Scheduler scheduler) {
        this.most = most;
        this.scheduler = scheduler;
    }

    <T> Flux<T> guard(Flux<T> source, String what) {
        return Flux.defer(
                () -> {
                    Duration every = most.dividedBy(LOOKS);
                    Watch watch = new Watch(new AttentiveClock(every, now()));
                    Flux<Long> silent =
                            Flux.interval(every, scheduler)
                                    .onBackpressureDrop()
                                    .filter(_ -> watch.look(now()));
                    // an error from the other side would end this one without cancelling the source
                    return source.doOnRequest(watch::asked)
                            .doOnNext(_ -> watch.came())
                            .takeUntilOther(silent)
                            .concatWith(
                                    Mono.defer(
                                            () ->
                                                    watch.over
                                                            ? Mono.error(fault(what))
                                                            : Mono.empty()));
                });
    }

    private CaravanException fault(String what) {
        return new CaravanException(
                FaultCode.UPSTREAM_TIMEOUT,
                "%s: silent for %d s (expected: a sign each second, whatever its engine does; see caravan.gateway.silence)"
                        .formatted(what, most.toSeconds()));
    }

    private long now() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    private final class Watch {
        private final AttentiveClock clock;
        private final AtomicLong wanted = new AtomicLong();
        private volatile Duration silence = Duration.ZERO;
        private volatile boolean over;

        Watch(AttentiveClock clock) {
            this.clock = clock;
        }

        void asked(long more) {
            wanted.accumulateAndGet(
                    more, (before, added) -> before + added < 0 ? Long.MAX_VALUE : before + added);
        }

        void came() {
            silence = Duration.ZERO;
            wanted.decrementAndGet();
        }

        boolean look(long now) {
            Duration passed = clock.look(now);
            Duration sofar = wanted.get() > 0 ? silence.plus(passed) : Duration.ZERO;
            silence = sofar;
            over = over || sofar.compareTo(most) > 0;
            return over;
        }
    }
}
