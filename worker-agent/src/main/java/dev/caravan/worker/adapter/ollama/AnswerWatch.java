package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps an answer from hanging. Ollama says nothing while it loads or evaluates a prompt, which may
 * take minutes, so silence alone proves nothing: while an answer is silent the server is asked
 * whether it is there. A server that does not answer twice in a row is gone; one that does is
 * waited for, up to a bound.
 */
final class AnswerWatch {

    static final Duration LOOK = Duration.ofSeconds(5);

    private static final int MISSES = 2;

    private final OllamaUrl url;
    private final Mono<?> ask;
    private final Duration stall;
    private final Scheduler scheduler;

    /**
     * @param ask an error where the server is not there; takes no longer than a {@link #LOOK}
     * @param stall the longest silence
     */
    AnswerWatch(OllamaUrl url, Mono<?> ask, Duration stall, Scheduler scheduler) {
        this.url = url;
        this.ask = ask;
        this.stall = stall;
        this.scheduler = scheduler;
    }

    Flux<RunFrame> guard(Flux<RunFrame> answer) {
        return Flux.defer(
                () -> {
                    Silence silence = new Silence(now());
                    Sinks.Empty<Void> over = Sinks.empty();
                    Flux<RunFrame> looks =
                            Flux.interval(LOOK, scheduler)
                                    .onBackpressureDrop()
                                    .concatMap(_ -> look(silence), 1)
                                    .takeUntilOther(over.asMono());
                    return Flux.merge(
                            answer.doOnNext(_ -> silence.broken(now()))
                                    .doOnComplete(over::tryEmitEmpty),
                            looks);
                });
    }

    private Mono<RunFrame> look(Silence silence) {
        long silent = now() - silence.since;
        if (silent < LOOK.toMillis()) {
            return Mono.empty();
        }
        if (silent > stall.toMillis()) {
            return Mono.error(
                    timeout(
                            "Ollama at %s: no progress for %d s (expected: sooner; raise caravan.worker.ollama.stall)"
                                    .formatted(url, stall.toSeconds())));
        }
        return ask.doOnNext(_ -> silence.missed = 0)
                .then(Mono.<RunFrame>empty())
                .onErrorResume(failure -> missed(silence, failure));
    }

    private Mono<RunFrame> missed(Silence silence, Throwable failure) {
        silence.missed++;
        return silence.missed < MISSES
                ? Mono.empty()
                : Mono.error(
                        timeout(
                                "Ollama at %s does not answer any more: %s"
                                        .formatted(url, failure.getMessage())));
    }

    private static CaravanException timeout(String text) {
        return new CaravanException(FaultCode.UPSTREAM_TIMEOUT, text);
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    /** Written by one signal at a time, read by the looks. */
    private static final class Silence {
        private volatile long since;
        private volatile int missed;

        Silence(long since) {
            this.since = since;
        }

        void broken(long now) {
            since = now;
            missed = 0;
        }
    }
}
