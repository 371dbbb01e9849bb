package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.health.AttentiveClock;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Ends engines that stall: such an engine keeps its slots for ever, its health route answers all
 * the while, and only its end lets its answers go on elsewhere. What is too long a silence says
 * {@link dev.caravan.core.health.EnginePace}; before an engine is ended it is asked whether it
 * works on something that it does not tell, such as a long tool call. Engines of others (an adopted
 * Ollama) are not ours to end.
 */
public final class StallWatch {

    private static final Duration LOOK = Duration.ofMillis(250);

    /** An engine that works answers within milliseconds. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final EngineSupervisor supervisor;
    private final Scheduler scheduler;
    private @Nullable Disposable looking;
    private int answers;

    public StallWatch(EngineSupervisor supervisor, Scheduler scheduler) {
        this.supervisor = supervisor;
        this.scheduler = scheduler;
    }

    /** One generation; {@code UPSTREAM_TIMEOUT} where the engine stalls. */
    public Flux<RunFrame> run(Replica replica, RunningEngine engine, EngineRequest request) {
        return engine.kind() == ModelRunner.LLAMA_CPP
                ? Flux.defer(() -> watched(replica, engine, request))
                : engine.run(request);
    }

    private Flux<RunFrame> watched(Replica replica, RunningEngine engine, EngineRequest request) {
        EngineProgress.Answer answer = replica.progress().open(request.prompt());
        begin();
        // an error from the other side would end this one without cancelling the engine's answer
        return engine.run(request)
                .doOnRequest(answer::asked)
                .doOnNext(answer::told)
                .takeUntilOther(replica.stalled())
                .concatWith(
                        Mono.defer(
                                () ->
                                        replica.stall()
                                                .map(why -> Mono.<RunFrame>error(timeout(why)))
                                                .orElseGet(Mono::empty)))
                .doFinally(
                        _ -> {
                            answer.close();
                            end();
                        });
    }

    private static CaravanException timeout(String why) {
        return new CaravanException(FaultCode.UPSTREAM_TIMEOUT, why);
    }

    private synchronized void begin() {
        if (answers++ == 0) {
            AttentiveClock clock = new AttentiveClock(LOOK, now());
            looking =
                    scheduler.schedulePeriodically(
                            () -> look(clock.look(now())),
                            LOOK.toMillis(),
                            LOOK.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void end() {
        if (--answers == 0 && looking != null) {
            looking.dispose();
            looking = null;
        }
    }

    private long now() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    private void look(Duration passed) {
        for (Replica replica : supervisor.replicas()) {
            replica.progress()
                    .look(passed)
                    .ifPresent(
                            silence ->
                                    replica.engine()
                                            .ifPresent(engine -> doubt(replica, engine, silence)));
        }
    }

    /** Asked when half of the time is over, and again at its end. */
    private void doubt(Replica replica, RunningEngine engine, EngineProgress.Silence silence) {
        if (replica.stall().isPresent() || !silence.isOver() && replica.progress().isWorkKnown()) {
            return;
        }
        engine.work()
                .map(OptionalLong::of)
                .defaultIfEmpty(OptionalLong.empty())
                .timeout(PATIENCE, Mono.just(OptionalLong.empty()), scheduler)
                .onErrorReturn(OptionalLong.empty())
                .subscribe(work -> judge(replica, silence, work));
    }

    private void judge(Replica replica, EngineProgress.Silence silence, OptionalLong work) {
        if (replica.progress().isStall(silence, work)) {
            supervisor.stalled(
                    replica,
                    "engine of replica %s stalled: no progress for %d ms (expected: within %d ms, by its own pace)"
                            .formatted(
                                    replica.id(),
                                    silence.silent().toMillis(),
                                    silence.limit().toMillis()));
        }
    }
}
