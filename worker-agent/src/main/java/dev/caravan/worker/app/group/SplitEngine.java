package dev.caravan.worker.app.group;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.SplitLayout;
import dev.caravan.worker.app.engine.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A head with its links. The engine is started when all links are open. An engine does not notice a
 * lost member before its next request, and then it aborts: so it is killed as soon as one is lost,
 * and its end says which. The links are closed once it has ended, which frees the members.
 */
final class SplitEngine implements RunningEngine {

    /** Of a process that was killed; also where it was to be killed before it was started. */
    private static final int KILLED = 137;

    /**
     * An engine that computes aborts within 20 ms of the loss of a member: its end may be seen
     * before the loss.
     */
    private static final Duration CAUSE_MAY_FOLLOW = Duration.ofMillis(300);

    private final EngineSpec spec;
    private final Function<EngineSpec, RunningEngine> starter;
    private final Function<Stage, Mono<RpcLink>> linker;
    private final Scheduler control;
    private final Sinks.One<Long> started = Sinks.one();
    private final Sinks.One<String> ready = Sinks.one();
    private final Sinks.One<EngineEnd> ended = Sinks.one();
    private final Sinks.One<String> lost = Sinks.one();
    private final List<RpcLink> links = new ArrayList<>();
    private @Nullable RunningEngine engine;
    private @Nullable Disposable opening;
    private boolean stopped;
    private boolean over;

    /**
     * @param starter of the engine; may block
     * @param linker opens the link to a stage's member, or says why not
     * @param control where the starter is called
     */
    SplitEngine(
            EngineSpec spec,
            Function<EngineSpec, RunningEngine> starter,
            Function<Stage, Mono<RpcLink>> linker,
            Scheduler control) {
        this.spec = spec;
        this.starter = starter;
        this.linker = linker;
        this.control = control;
    }

    void begin() {
        Disposable running =
                Flux.fromIterable(spec.stages().lent())
                        .flatMapSequential(this::open)
                        .collectList()
                        .takeUntilOther(lost.asMono().flatMap(why -> Mono.error(failure(why))))
                        .publishOn(control)
                        .doOnNext(this::start)
                        .subscribe(_ -> {}, this::failed);
        synchronized (this) {
            opening = running;
        }
    }

    private record Open(Stage stage, RpcLink link) {}

    private Mono<Open> open(Stage stage) {
        MemberId member = stage.member().orElseThrow();
        String name = "member %s on agent %s: ".formatted(member, stage.agent());
        return linker.apply(stage)
                .onErrorMap(LinkRefused.class, refused -> failure(name + refused.getMessage()))
                .doOnNext(link -> keep(link, name))
                .map(link -> new Open(stage, link));
    }

    private void keep(RpcLink link, String name) {
        synchronized (this) {
            if (!over) {
                links.add(link);
                link.lost().subscribe(why -> lose(name + why));
                return;
            }
        }
        link.close();
    }

    private void start(List<Open> open) {
        synchronized (this) {
            if (stopped) {
                return;
            }
        }
        List<SplitLayout.Device> devices =
                open.stream()
                        .map(
                                stage ->
                                        new SplitLayout.Device(
                                                stage.link().port(), stage.stage().layers()))
                        .toList();
        RunningEngine running =
                starter.apply(spec.on(new SplitLayout(spec.stages().kept(), devices)));
        boolean late;
        synchronized (this) {
            engine = running;
            late = stopped;
        }
        started.tryEmitValue(running.pid());
        running.ended().subscribe(this::ended);
        running.ready().subscribe(ready::tryEmitValue, ready::tryEmitError);
        if (late) {
            running.stop(Duration.ZERO);
        }
        lost.asMono().subscribe(_ -> running.stop(Duration.ZERO));
    }

    private static CaravanException failure(String why) {
        return new CaravanException(FaultCode.LOAD_FAILED, why);
    }

    /** No engine was started: its supervisor gives up, and nothing is left to end. */
    private void failed(Throwable cause) {
        ready.tryEmitError(cause);
        finish(new EngineEnd(KILLED, String.valueOf(cause.getMessage())));
    }

    private void lose(String why) {
        lost.tryEmitValue(why);
    }

    private void ended(EngineEnd end) {
        boolean asked;
        synchronized (this) {
            asked = stopped;
        }
        if (asked) {
            finish(end);
            return;
        }
        lost.asMono()
                .timeout(CAUSE_MAY_FOLLOW, Mono.empty())
                .map(why -> new EngineEnd(end.exitCode(), why + "; " + end.description()))
                .defaultIfEmpty(end)
                .subscribe(this::finish);
    }

    private void finish(EngineEnd end) {
        List<RpcLink> open;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            open = List.copyOf(links);
            links.clear();
        }
        open.forEach(RpcLink::close);
        ended.tryEmitValue(end);
    }

    @Override
    public void stop(Duration grace) {
        RunningEngine running;
        Disposable open;
        synchronized (this) {
            stopped = true;
            running = engine;
            open = opening;
        }
        if (running != null) {
            running.stop(grace);
            return;
        }
        if (open != null) {
            open.dispose();
        }
        finish(new EngineEnd(KILLED, "ended before it was started"));
    }

    @Override
    public synchronized long pid() {
        return engine == null ? 0 : engine.pid();
    }

    @Override
    public Mono<Long> started() {
        return started.asMono();
    }

    @Override
    public Mono<String> ready() {
        return ready.asMono();
    }

    @Override
    public Mono<EngineEnd> ended() {
        return ended.asMono();
    }

    @Override
    public Flux<RunFrame> run(EngineRequest request) {
        RunningEngine running;
        synchronized (this) {
            running = engine;
        }
        return running == null
                ? Flux.error(
                        new CaravanException(
                                FaultCode.UPSTREAM_FAILED,
                                "engine of replica %s: not started (expected: a replica reported as READY)"
                                        .formatted(spec.id())))
                : running.run(request);
    }

    @Override
    public Mono<Long> work() {
        RunningEngine running;
        synchronized (this) {
            running = engine;
        }
        return running == null ? Mono.empty() : running.work();
    }

    @Override
    public Mono<Void> settled(IntSupplier others) {
        RunningEngine running;
        synchronized (this) {
            running = engine;
        }
        return running == null ? Mono.empty() : running.settled(others);
    }
}
