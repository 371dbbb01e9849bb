package dev.caravan.gateway.api;

import java.time.Duration;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Says something now and then while a streamed answer is waited for, so that proxies which give up
 * on silence do not. It commits the answer to status 200, so it is off unless somebody wants it.
 */
public final class Heartbeats {

    private final Duration every;
    private final Scheduler scheduler;

    /**
     * @param every zero: never
     */
    public Heartbeats(Duration every, Scheduler scheduler) {
        this.every = every;
        this.scheduler = scheduler;
    }

    /** The answer, with beats until its first element. */
    <T> Flux<T> beside(Flux<T> answer, Supplier<T> beat) {
        if (every.isZero()) {
            return answer;
        }
        return Flux.defer(
                () -> {
                    Sinks.Empty<Void> begun = Sinks.empty();
                    Flux<T> beats =
                            Flux.interval(every, scheduler)
                                    .onBackpressureDrop()
                                    .takeUntilOther(begun.asMono())
                                    .map(_ -> beat.get());
                    return Flux.merge(
                            answer.doOnNext(_ -> begun.tryEmitEmpty())
                                    .doOnTerminate(begun::tryEmitEmpty),
                            beats);
                });
    }
}
