package dev.caravan.gateway.adapter.agent;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Ends a stream that makes no progress. One timer looks now and then instead of a timer for each
 * element, which would cost more than the element; so a stall is noticed up to an eighth late.
 */
final class StallGuard {

    private static final int LOOKS_PER_STALL = 8;

    private final Duration stall;
    private final Scheduler scheduler;

    /**
     * @param stall longest time between two elements, also before the first
     */
    StallGuard(Duration stall, Scheduler scheduler) {
        this.stall = stall;
        this.scheduler = scheduler;
    }

    <T> Flux<T> guard(Flux<T> source, String what) {
        return Flux.defer(
                () -> {
                    Watch watch = new Watch(now());
                    Flux<Long> stalled =
                            Flux.interval(stall.dividedBy(LOOKS_PER_STALL), scheduler)
                                    .onBackpressureDrop()
                                    .filter(look -> now() - watch.last > stall.toMillis())
                                    .doOnNext(look -> watch.stalled = true);
                    // an error from the other side would end this one without cancelling the source
                    return source.doOnNext(element -> watch.last = now())
                            .takeUntilOther(stalled)
                            .concatWith(
                                    Mono.defer(
                                            () ->
                                                    watch.stalled
                                                            ? Mono.error(fault(what))
                                                            : Mono.empty()));
                });
    }

    private CaravanException fault(String what) {
        return new CaravanException(
                FaultCode.UPSTREAM_TIMEOUT,
                "%s: no progress for %d s (expected: a frame at least that often; raise caravan.gateway.stall)"
                        .formatted(what, stall.toSeconds()));
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    private static final class Watch {
        private volatile long last;
        private volatile boolean stalled;

        Watch(long last) {
            this.last = last;
        }
    }
}
