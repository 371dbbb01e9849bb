package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.KeepAlive;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One loading of one model. Its state is written by the supervisor's thread alone and read by any.
 */
public final class Replica {

    private final WantedEngine wanted;
    private final SlotGate gate;
    private final KeepAliveTimer keepAlive;
    private final InstantSource clock;
    private final EngineProgress progress;
    private final Sinks.One<String> stalled = Sinks.one();
    private volatile EngineState state;
    private volatile @Nullable RunningEngine engine;
    private volatile @Nullable String stall;

    /**
     * @param firstPrompt the longest silence while a prompt is evaluated before anything is known
     *     of the engine's speed
     */
    Replica(WantedEngine wanted, Duration firstPrompt, InstantSource clock, Runnable changed) {
        this.wanted = wanted;
        this.progress = new EngineProgress(wanted, firstPrompt, System::nanoTime);
        this.clock = clock;
        this.keepAlive = new KeepAliveTimer(wanted.keepAlive(), clock.instant());
        this.gate =
                new SlotGate(
                        wanted.slots(),
                        () -> {
                            keepAlive.used(clock.instant());
                            changed.run();
                        });
        this.state = new EngineState.Loading(0);
    }

    public ReplicaId id() {
        return wanted.id();
    }

    public WantedEngine wanted() {
        return wanted;
    }

    public SlotGate gate() {
        return gate;
    }

    public EngineState state() {
        return state;
    }

    EngineProgress progress() {
        return progress;
    }

    /** Completes with the reason where its engine stalls. */
    Mono<String> stalled() {
        return stalled.asMono();
    }

    /** Why its engine was ended where it stalled. */
    public Optional<String> stall() {
        return Optional.ofNullable(stall);
    }

    /** Grants no slot from now on and tells its answers; false where that was done before. */
    synchronized boolean stall(String why) {
        if (stall != null) {
            return false;
        }
        stall = why;
        gate.close();
        stalled.tryEmitValue(why);
        return true;
    }

    /** Its engine, while that answers requests. */
    public Optional<RunningEngine> answering() {
        return state instanceof EngineState.Ready ? Optional.ofNullable(engine) : Optional.empty();
    }

    /** What runs it; what is not started yet counts as an engine of our own. */
    public ModelRunner kind() {
        RunningEngine running = engine;
        return running == null ? ModelRunner.LLAMA_CPP : running.kind();
    }

    /** Bytes it holds where its engine tells itself; empty where the process has to be asked. */
    public OptionalLong toldMemory() {
        RunningEngine running = engine;
        return running == null || !state.isLive() ? OptionalLong.empty() : running.memory();
    }

    /** Its time runs anew from now; {@code setting} says how long it stays after its last run. */
    public void keep(KeepAlive setting) {
        keepAlive.set(setting);
        keepAlive.used(clock.instant());
    }

    /** Whether its time runs: it is ready and nobody uses it. */
    public boolean isIdle() {
        return state instanceof EngineState.Ready && gate.busy() == 0;
    }

    /** When its time is over, if it is idle until then; empty: never. */
    public Optional<Instant> expiresAt() {
        return keepAlive.expiresAt();
    }

    /** True once when its time is over. */
    boolean expire() {
        return isIdle() && keepAlive.expire(clock.instant());
    }

    void started(RunningEngine running) {
        engine = running;
        state = new EngineState.Loading(running.pid());
    }

    Optional<RunningEngine> engine() {
        return Optional.ofNullable(engine);
    }

    void become(EngineState next) {
        switch (next) {
            case EngineState.Ready _ -> keepAlive.used(clock.instant());
            case EngineState.Loading _ -> {}
            case EngineState.Draining _, EngineState.Exited _, EngineState.Failed _ -> gate.close();
        }
        state = next;
    }
}
