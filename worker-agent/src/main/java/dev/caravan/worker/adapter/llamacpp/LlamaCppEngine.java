package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.prompt.PromptTemplates;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * One {@code llama-server} process. Tokens come as it makes them; a cancel closes the connection,
 * which ends a streamed completion within some 40 ms.
 */
final class LlamaCppEngine implements RunningEngine {

    private static final JsonMapper JSON = EngineJson.MAPPER;
    private static final Duration SETTLE_POLL = Duration.ofMillis(20);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(2);

    private final EngineSpec spec;
    private final LeashedProcess process;
    private final Readiness readiness;
    private final String build;
    private final String apiKey;
    private final PromptTemplates templates;
    private volatile @Nullable EngineHttp http;

    LlamaCppEngine(
            EngineSpec spec,
            LeashedProcess process,
            String build,
            String apiKey,
            Duration loadTimeout,
            PromptTemplates templates) {
        this.spec = spec;
        this.process = process;
        this.readiness = new Readiness(process.log(), loadTimeout);
        this.build = build;
        this.apiKey = apiKey;
        this.templates = templates;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Mono<String> ready() {
        return readiness
                .address(address -> new EngineHttp(address, apiKey).get("/health"))
                .doOnNext(address -> http = new EngineHttp(address, apiKey))
                .takeUntilOther(ended());
    }

    @Override
    public Mono<EngineEnd> ended() {
        return Mono.fromFuture(process::onExit)
                .map(
                        status ->
                                new EngineEnd(
                                        status.code(),
                                        "engine %s: %s"
                                                .formatted(
                                                        process.command().getFirst(),
                                                        status.describe())));
    }

    @Override
    public void stop(Duration grace) {
        var _ = grace.isZero() ? process.kill() : process.terminate(grace);
    }

    @Override
    public Flux<RunFrame> run(EngineRequest request) {
        return Flux.defer(
                () -> {
                    EngineHttp engine = http;
                    return engine == null
                            ? Flux.error(notReady())
                            : new LlamaCppRuns(spec, build, engine, templates).run(request);
                });
    }

    private CaravanException notReady() {
        return new CaravanException(
                FaultCode.UPSTREAM_FAILED,
                "engine of replica %s: not ready (expected: a replica reported as READY)"
                        .formatted(spec.id()));
    }

    private record Slot(
            boolean is_processing,
            long n_prompt_tokens_processed,
            @Nullable List<Made> next_token) {
        long work() {
            return n_prompt_tokens_processed
                    + (next_token == null
                            ? 0
                            : next_token.stream().mapToLong(Made::n_decoded).sum());
        }
    }

    private record Made(long n_decoded) {}

    @Override
    public Mono<Long> work() {
        EngineHttp engine = http;
        return engine == null
                ? Mono.empty()
                : engine.get("/slots")
                        .map(slots -> Arrays.stream(read(slots)).mapToLong(Slot::work).sum());
    }

    @Override
    public Mono<Void> settled(IntSupplier others) {
        EngineHttp engine = http;
        if (engine == null) {
            return Mono.empty();
        }
        return Mono.defer(() -> engine.get("/slots"))
                .map(LlamaCppEngine::working)
                .filter(working -> working <= others.getAsInt())
                .repeatWhenEmpty(again -> again.delayElements(SETTLE_POLL))
                .timeout(SETTLE_TIMEOUT)
                .onErrorComplete()
                .then();
    }

    private static Slot[] read(byte[] slots) {
        return JSON.readValue(slots, Slot[].class);
    }

    private static long working(byte[] slots) {
        return Arrays.stream(read(slots)).filter(Slot::is_processing).count();
    }
}
