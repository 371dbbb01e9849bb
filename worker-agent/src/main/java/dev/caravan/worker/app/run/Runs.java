package dev.caravan.worker.app.run;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.SlotGate;
import dev.caravan.worker.app.engine.StallWatch;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Runs requests on replicas, one slot each. The engine is read at its own pace into a bounded
 * buffer, so that a slow client holds neither a slot that is free nor the engine's memory: the slot
 * is given back when the engine is done, not when the client has read everything.
 */
public final class Runs {

    /** Some 100 bytes each; more than most answers have. Past it the engine is not read on. */
    private static final int BUFFERED_FRAMES = 4096;

    /** How long a slot is not granted after the engine refused a request for want of room. */
    private static final Duration REST = Duration.ofSeconds(1);

    private static final Duration LOOK = Duration.ofMillis(50);

    /** Frames that end answers are on their way after that. */
    private static final Duration LAST_FRAMES = Duration.ofSeconds(2);

    private final EngineSupervisor supervisor;
    private final BiConsumer<Replica, RunFrame.End> finished;
    private final StallWatch stalls;
    private final SignsOfLife signs;
    private final Scheduler timers;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final AtomicInteger going = new AtomicInteger();
    private volatile boolean draining;
    private volatile boolean ended;

    /**
     * @param finished told of each run that ended well; has to be quick
     */
    public Runs(
            EngineSupervisor supervisor,
            BiConsumer<Replica, RunFrame.End> finished,
            Scheduler timers) {
        this.supervisor = supervisor;
        this.finished = finished;
        this.timers = timers;
        this.stalls = new StallWatch(supervisor, timers);
        this.signs = new SignsOfLife(timers);
    }

    private record Taken(Replica replica, RunningEngine engine, SlotGate.Slot slot) {}

    /**
     * One generation. Errors come before the first frame: {@code MODEL_NOT_FOUND} where the replica
     * cannot take it, {@code BUSY} where it has no free slot, else what the engine says; after it
     * they are a {@link RunFrame.Fail}. In each second of silence comes a {@code Progress} of 0 of
     * 0, also before the head.
     *
     * @param keepAlive holds from now on; {@code Unset} changes nothing
     */
    public Flux<RunFrame> run(
            ReplicaId id, ModelDigest digest, EngineRequest request, KeepAlive keepAlive) {
        Flux<RunFrame> answer =
                Flux.usingWhen(
                                Mono.fromCallable(() -> take(id, digest, keepAlive)),
                                taken -> frames(taken, request),
                                Runs::release,
                                Runs::failed,
                                Runs::settle)
                        .limitRate(BUFFERED_FRAMES);
        // one that comes later is refused
        return signs.around(Flux.defer(() -> ended ? answer : untilStopped(answer)))
                .doOnSubscribe(_ -> going.incrementAndGet())
                .doFinally(_ -> going.decrementAndGet());
    }

    private Flux<RunFrame> untilStopped(Flux<RunFrame> answer) {
        return answer.takeUntilOther(stopping.asMono())
                .concatWith(Mono.defer(() -> ended ? Mono.error(stopped()) : Mono.empty()));
    }

    private static CaravanException stopped() {
        return new CaravanException(
                FaultCode.UPSTREAM_FAILED,
                "agent is stopping (expected: the answer goes on at another one)");
    }

    /**
     * Takes no run from now on, as if all slots were taken, so that whoever asks goes elsewhere;
     * those that go on may end by themselves for a while, what is left then ends with a failure
     * that is worth another try. Completes when there is none.
     *
     * @param others whether anything else is at work that is worth waiting for
     */
    public Mono<Void> drain(Duration patience, BooleanSupplier others) {
        return Mono.defer(
                () -> {
                    draining = true;
                    supervisor.replicas().forEach(replica -> replica.gate().hold());
                    return idle(() -> isIdle() && !others.getAsBoolean())
                            .timeout(patience, Mono.empty(), timers)
                            .then(Mono.fromRunnable(this::endAll))
                            .then(idle(this::isIdle).timeout(LAST_FRAMES, Mono.empty(), timers));
                });
    }

    private void endAll() {
        ended = true;
        stopping.tryEmitEmpty();
    }

    /** An engine may be done with an answer long before its client has read it. */
    private boolean isIdle() {
        return going.get() == 0
                && supervisor.replicas().stream()
                        .allMatch(replica -> replica.gate().running() == 0);
    }

    private Mono<Void> idle(BooleanSupplier condition) {
        return Flux.interval(Duration.ZERO, LOOK, timers)
                .onBackpressureDrop()
                .filter(_ -> condition.getAsBoolean())
                .next()
                .then();
    }

    /** Runs whose clients do not have all of them. */
    public int going() {
        return going.get();
    }

    private Taken take(ReplicaId id, ModelDigest digest, KeepAlive keepAlive) {
        Replica replica =
                supervisor
                        .find(id)
                        .filter(found -> found.wanted().digest().equals(digest))
                        .orElseThrow(() -> notHere(id, digest));
        if (draining) {
            replica.gate().hold();
        }
        RunningEngine engine = replica.answering().orElseThrow(() -> notHere(id, digest));
        SlotGate.Slot slot = replica.gate().take().orElseThrow(() -> refused(replica));
        replica.keep(keepAlive);
        return new Taken(replica, engine, slot);
    }

    private Flux<RunFrame> frames(Taken taken, EngineRequest request) {
        return stalls.run(taken.replica(), taken.engine(), request)
                .doOnNext(
                        frame -> {
                            if (frame instanceof RunFrame.End end) {
                                finished.accept(taken.replica(), end);
                            }
                        });
    }

    private static Mono<Void> release(Taken taken) {
        return Mono.fromRunnable(
                () -> {
                    correct(taken);
                    taken.slot().release();
                });
    }

    /** What the answer has shown of the engine's slots holds from the next grant on. */
    private static void correct(Taken taken) {
        SlotGate gate = taken.replica().gate();
        gate.limit(taken.engine().slots(gate.total()));
    }

    private static Mono<Void> failed(Taken taken, Throwable failure) {
        boolean full = failure instanceof CaravanException fault && fault.code() == FaultCode.BUSY;
        return full ? Mono.fromRunnable(() -> rest(taken)) : settle(taken);
    }

    /**
     * The engine has no room although a slot was free: others use it too. The request goes back at
     * once, the slot is not granted again for a while.
     */
    private static void rest(Taken taken) {
        taken.slot().settle();
        var _ = Mono.delay(REST).subscribe(_ -> taken.slot().release());
    }

    /** The engine may still be at it for some 30 ms; until then its slot is not free. */
    private static Mono<Void> settle(Taken taken) {
        taken.slot().settle();
        return taken.engine()
                .settled(taken.replica().gate()::running)
                .doFinally(_ -> taken.slot().release());
    }

    private CaravanException refused(Replica replica) {
        SlotGate gate = replica.gate();
        if (gate.isClosed()) {
            return notHere(replica.id(), replica.wanted().digest());
        }
        if (draining) {
            return new CaravanException(
                    FaultCode.BUSY,
                    "replica %s: its agent is draining (expected: another replica)"
                            .formatted(replica.id()));
        }
        return new CaravanException(
                FaultCode.BUSY,
                "replica %s: all %d slots are busy (expected: a free one; try another replica or wait for the slots stream)"
                        .formatted(replica.id(), gate.total()));
    }

    private static CaravanException notHere(ReplicaId id, ModelDigest digest) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND,
                "replica %s with digest %s: does not answer here (expected: a replica that this agent reports as READY)"
                        .formatted(id, digest));
    }
}
