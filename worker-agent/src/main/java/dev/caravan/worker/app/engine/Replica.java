package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.KeepAlive;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One loading of one model. Its state is written by the supervisor's thread alone and read by any.
 */
public final class Replica {

    private final WantedEngine wanted;
    private final SlotGate gate;
    private final KeepAliveTimer keepAlive;
    private final InstantSource clock;
    private volatile EngineState state;
    private volatile @Nullable RunningEngine engine;

    Replica(WantedEngine wanted, InstantSource clock, Runnable changed) {
        this.wanted = wanted;
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

    /** Sets how long it stays after its last run. */
    public void keep(KeepAlive setting) {
        keepAlive.set(setting);
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
