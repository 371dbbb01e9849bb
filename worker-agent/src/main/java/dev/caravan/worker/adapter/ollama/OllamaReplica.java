package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/**
 * One model that an Ollama server was asked to load. The server keeps it for {@link #KEPT} after
 * each use and is asked again in between for as long as the agent wants it, so that nothing stays
 * for ever where the agent dies.
 */
final class OllamaReplica implements RunningEngine {

    private static final Logger log = LoggerFactory.getLogger(OllamaReplica.class);

    static final Duration KEPT = Duration.ofMinutes(10);

    private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);
    private static final Duration UNLOAD_PATIENCE = Duration.ofSeconds(5);

    /** Measured: an Ollama whose client left has a free runner 0.15 s later. */
    private static final Duration SETTLING = Duration.ofMillis(150);

    /** A model that is being loaded anew is away from the list for a moment. */
    private static final int MISSES = 2;

    private final WantedEngine wanted;
    private final String model;
    private final Map<String, Object> loading;
    private final OllamaHttp http;
    private final Duration loadTimeout;
    private final boolean embeds;
    private final Predicate<OllamaReplica> succeeded;
    private final long diskBytes;
    private final OllamaRuns runs;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Sinks.Empty<Void> stopped = Sinks.empty();
    private final Sinks.One<EngineEnd> ended = Sinks.one();
    private volatile boolean loaded;
    private volatile boolean over;
    private volatile boolean listed;
    private volatile int misses;
    private volatile long memory;

    /**
     * @param build shown in each answer's head
     * @param succeeded whether the same model was loaded anew, with another context: an Ollama has
     *     one of each, so unloading would then end the newer one
     * @param stored the model; its file's size is what it is taken to hold where the server does
     *     not tell
     */
    OllamaReplica(
            WantedEngine wanted,
            OllamaHttp http,
            AnswerWatch watch,
            String build,
            Duration loadTimeout,
            StoredModel stored,
            Predicate<OllamaReplica> succeeded) {
        this.wanted = wanted;
        this.model = wanted.model().display();
        this.loading = OllamaCall.loading(wanted.contextLength(), wanted.loading());
        this.http = http;
        this.loadTimeout = loadTimeout;
        this.succeeded = succeeded;
        this.embeds = OllamaModel.onlyEmbeds(stored);
        this.diskBytes = stored.size();
        this.runs = new OllamaRuns(wanted, loading, http, watch, build);
    }

    @Override
    public long pid() {
        return 0;
    }

    @Override
    public ModelRunner kind() {
        return ModelRunner.OLLAMA;
    }

    @Override
    public OptionalLong memory() {
        return OptionalLong.of(loaded ? memory : 0);
    }

    @Override
    public int slots(int most) {
        return Math.min(most, runs.slots());
    }

    @Override
    public Mono<String> ready() {
        OllamaCall call = OllamaCall.load(model, embeds, loading, KEPT.toSeconds());
        Mono<String> load =
                http.post(call.path(), call.body(), OllamaJson.Failure.class)
                        .retryWhen(
                                Retry.fixedDelay(Long.MAX_VALUE, BUSY_PAUSE)
                                        .filter(OllamaReplica::isBusy))
                        .timeout(loadTimeout, Mono.error(this::late))
                        .onErrorMap(OllamaReplica::notLoaded)
                        .doOnNext(_ -> isLoaded())
                        .map(_ -> http.url().authority());
        return Mono.firstWithSignal(load, stopped.asMono().then(Mono.empty()));
    }

    private void isLoaded() {
        memory = diskBytes;
        runs.kept();
        loaded = true;
    }

    private static boolean isBusy(Throwable failure) {
        return failure instanceof CaravanException fault && fault.code() == FaultCode.BUSY;
    }

    private CaravanException late() {
        return new CaravanException(
                FaultCode.LOAD_FAILED,
                "Ollama at %s: model %s not loaded after %s (expected: sooner; a larger model may need a larger caravan.worker.load-timeout)"
                        .formatted(http.url(), model, loadTimeout));
    }

    /** Its own words, but as what it is: a load that failed. */
    private static Throwable notLoaded(Throwable failure) {
        return new CaravanException(
                FaultCode.LOAD_FAILED, String.valueOf(failure.getMessage()), failure);
    }

    @Override
    public Mono<EngineEnd> ended() {
        return ended.asMono();
    }

    @Override
    public void stop(Duration grace) {
        if (stopping.compareAndSet(false, true)) {
            // a load that is left is given up by Ollama too
            stopped.tryEmitEmpty();
            Mono.defer(() -> succeeded.test(this) ? Mono.empty() : unload())
                    .doFinally(_ -> end("unloaded"))
                    .subscribe();
        }
    }

    /** Its name goes: it ends, unless answers are on their way, which go on to their end. */
    Mono<Void> release() {
        return unload().doOnSuccess(
                        _ -> {
                            if (runs.isIdle()) {
                                end("model %s is deleted".formatted(model));
                            }
                        });
    }

    private Mono<Void> unload() {
        OllamaCall call = OllamaCall.unload(model);
        return http.post(call.path(), call.body(), OllamaJson.Failure.class)
                .timeout(UNLOAD_PATIENCE)
                .doOnError(
                        failure ->
                                log.atInfo()
                                        .addKeyValue("model", model)
                                        .addKeyValue("cause", failure.getMessage())
                                        .log("ollama did not unload"))
                .onErrorComplete()
                .then();
    }

    private void end(String why) {
        end(0, why);
    }

    private void end(int code, String why) {
        loaded = false;
        over = true;
        ended.tryEmitValue(new EngineEnd(code, "Ollama at %s: %s".formatted(http.url(), why)));
    }

    boolean isOf(ModelRef name) {
        return wanted.model().sameAs(name);
    }

    ModelDigest digest() {
        return wanted.digest();
    }

    /** Whether nothing of it is left on the server. */
    boolean isOver() {
        return over;
    }

    /** Whether it is wanted still and has the same model as the other. */
    boolean succeeds(OllamaReplica other) {
        return this != other && !over && !stopping.get() && digest().equals(other.digest());
    }

    /** The server is away: what it had loaded cannot be relied on, what it loads not waited for. */
    void lost(EngineEnd end) {
        if (stopping.get()) {
            return;
        }
        if (loaded) {
            end(end.exitCode(), end.description());
        } else {
            stopped.tryEmitError(new CaravanException(FaultCode.LOAD_FAILED, end.description()));
        }
    }

    /**
     * What the server says it has loaded.
     *
     * @param entry this model's line; empty where there is none
     */
    void seen(Optional<OllamaJson.Entry> entry) {
        if (!loaded || stopping.get()) {
            return;
        }
        if (entry.isPresent()) {
            listed = true;
            misses = 0;
            // on a server without a GPU the size is 0 although the model is loaded
            memory = entry.get().size() > 0 ? entry.get().size() : diskBytes;
            keep();
        } else if (listed && runs.isIdle() && ++misses >= MISSES) {
            end(
                    "model %s is not loaded any more (its owner unloaded it, or another model took its place)"
                            .formatted(model));
        }
    }

    private void keep() {
        boolean due = runs.sinceKept().compareTo(KEPT.dividedBy(2)) > 0;
        if (due && runs.isIdle()) {
            runs.kept();
            OllamaCall call = OllamaCall.load(model, embeds, loading, KEPT.toSeconds());
            http.post(call.path(), call.body(), OllamaJson.Failure.class)
                    .timeout(loadTimeout)
                    .onErrorComplete()
                    .subscribe();
        }
    }

    @Override
    public Flux<RunFrame> run(EngineRequest request) {
        return runs.run(request);
    }

    @Override
    public Mono<Void> settled(IntSupplier others) {
        return Mono.delay(SETTLING).then();
    }
}
