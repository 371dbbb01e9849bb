package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.admission.SlotEstimate;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.WantedEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;

/**
 * Generations of one model on an Ollama server, and how many of them it is seen to take at once.
 */
final class OllamaRuns {

    private final WantedEngine wanted;
    private final String model;
    private final Map<String, Object> loading;
    private final OllamaHttp http;
    private final AnswerWatch watch;
    private final String build;
    private final AtomicReference<SlotEstimate> estimate;
    private final AtomicInteger running = new AtomicInteger();
    private volatile long keptFrom = System.nanoTime();

    /**
     * @param loading options of the load, which each request repeats
     * @param build shown in each answer's head
     */
    OllamaRuns(
            WantedEngine wanted,
            Map<String, Object> loading,
            OllamaHttp http,
            AnswerWatch watch,
            String build) {
        this.wanted = wanted;
        this.model = wanted.model().display();
        this.loading = loading;
        this.http = http;
        this.watch = watch;
        this.build = build;
        this.estimate = new AtomicReference<>(SlotEstimate.of(wanted.slots()));
    }

    int slots() {
        return estimate.get().slots();
    }

    boolean isIdle() {
        return running.get() == 0;
    }

    /** The server was asked to keep the model, as each request does. */
    void kept() {
        keptFrom = System.nanoTime();
    }

    Duration sinceKept() {
        return Duration.ofNanos(System.nanoTime() - keptFrom);
    }

    Flux<RunFrame> run(EngineRequest request) {
        return Flux.defer(
                () ->
                        request.resume()
                                .map(point -> rest(ResumedCall.of(request, point)))
                                .orElseGet(() -> answer(request, Optional.empty())));
    }

    private Flux<RunFrame> rest(ResumedCall call) {
        return answer(call.request(), Optional.of(call.resumed())).map(call::whole);
    }

    private Flux<RunFrame> answer(EngineRequest request, Optional<RunFrame.Resumed> resumed) {
        RunFrame head =
                new RunFrame.Head(
                        build,
                        wanted.id().value(),
                        request.options().seed(),
                        0,
                        List.of(),
                        resumed);
        if (request.prompt() instanceof Prompt.Embedding) {
            return AnswerFrames.begun(head, embedded(request));
        }
        if (request.options().predict() == 0) {
            // Ollama drops a prediction of 0 and goes on without end
            return Flux.just(head, nothing());
        }
        return AnswerFrames.begun(head, asked(request));
    }

    private Flux<RunFrame> asked(EngineRequest request) {
        int others = running.getAndIncrement();
        OllamaCall call = OllamaCall.of(model, request, loading, OllamaReplica.KEPT.toSeconds());
        AnswerReader reader =
                new AnswerReader(
                        waited -> estimate.updateAndGet(known -> known.answered(others, waited)));
        return watch.guard(http.stream(call.path(), call.body(), reader::read))
                .doFinally(
                        _ -> {
                            running.decrementAndGet();
                            kept();
                        });
    }

    private Flux<RunFrame> embedded(EngineRequest request) {
        OllamaCall call = OllamaCall.of(model, request, loading, OllamaReplica.KEPT.toSeconds());
        running.incrementAndGet();
        return http.post(call.path(), call.body(), OllamaJson.Embedded.class)
                .flatMapIterable(answer -> answer.frames())
                .doFinally(
                        _ -> {
                            running.decrementAndGet();
                            kept();
                        });
    }

    private static RunFrame nothing() {
        return new RunFrame.End(RunFrame.EndReason.LENGTH, 0, 0, Duration.ZERO, 0, Duration.ZERO);
    }
}
