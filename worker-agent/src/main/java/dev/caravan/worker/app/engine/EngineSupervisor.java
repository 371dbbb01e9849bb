package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.worker.app.event.AgentEvents;
import dev.caravan.worker.app.store.ModelStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts engines, follows them to their end, and ends them. It never starts one again by itself:
 * what should run is decided elsewhere. All changes of state happen on one thread, the control
 * thread; reading is free from any.
 */
public final class EngineSupervisor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EngineSupervisor.class);

    /** An idle engine is gone 0.03 s after its TERM, a busy one after a ping interval of 1 s. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final EngineStarter starter;
    private final AgentEvents events;
    private final Executor control;
    private final InstantSource clock;
    private final Duration firstPrompt;
    private final ReplicaChanges changes = new ReplicaChanges();
    private final Map<ReplicaId, Replica> replicas = new ConcurrentSkipListMap<>();
    private final ReplicaEnds ends;
    private volatile boolean closed;

    /**
     * @param adopted runs the models that are its own
     * @param control runs one task after the other; they may block
     * @param defaultSlots of an engine that is wanted with 0
     * @param firstPrompt the longest silence while a prompt is evaluated before anything is known
     *     of an engine's speed
     */
    public EngineSupervisor(
            Engines engines,
            Optional<AdoptedEngine> adopted,
            ModelStore store,
            AgentEvents events,
            Executor control,
            InstantSource clock,
            int defaultSlots,
            Duration firstPrompt) {
        this.starter = new EngineStarter(engines, adopted, store, defaultSlots);
        this.events = events;
        this.ends = new ReplicaEnds(replicas, changes, events);
        this.control = control;
        this.clock = clock;
        this.firstPrompt = firstPrompt;
    }

    /** Who is told, on the control thread, of a replica that ended without being asked to. */
    public void onEnded(Consumer<ReplicaId> listener) {
        ends.onEnded(listener);
    }

    public Optional<Replica> find(ReplicaId id) {
        return Optional.ofNullable(replicas.get(id));
    }

    /**
     * A replica's time runs anew; {@code setting} says how long it stays after its last run.
     *
     * @return false where it is not here, or on its way out
     */
    public boolean keep(ReplicaId id, KeepAlive setting) {
        Optional<Replica> here = find(id).filter(replica -> replica.state().stays());
        here.ifPresent(
                replica -> {
                    replica.keep(setting);
                    changes.signal();
                    onControl(() -> expire(replica));
                });
        return here.isPresent();
    }

    /** All that there are, and the last ones that ended without being asked to, by id. */
    public Collection<Replica> replicas() {
        return List.copyOf(replicas.values());
    }

    /** Of all engines there are. */
    public List<Long> processIds() {
        return replicas.values().stream()
                .map(replica -> replica.state().processId())
                .filter(pid -> pid > 0)
                .toList();
    }

    public ReplicaChanges changes() {
        return changes;
    }

    /**
     * Takes no more notice of engines: that they end now is the agent's doing, and they are started
     * again with it.
     */
    @Override
    public void close() {
        closed = true;
    }

    private void onControl(Runnable task) {
        if (!closed) {
            control.execute(task);
        }
    }

    /** Control thread. Starts an engine; what goes wrong is told by the replica's state. */
    public void start(WantedEngine wanted) {
        WantedEngine full = starter.sized(wanted);
        Replica replica = new Replica(full, firstPrompt, clock, () -> slotsChanged(full.id()));
        replicas.put(full.id(), replica);
        Instant begun = clock.instant();
        try {
            RunningEngine engine = starter.start(full);
            replica.started(engine);
            changes.signal();
            follow(replica, engine, begun);
            log.atInfo()
                    .addKeyValue("replica", full.id())
                    .addKeyValue("model", full.model())
                    .addKeyValue("pid", engine.pid())
                    .log("engine started");
        } catch (CaravanException refused) {
            ends.failed(replica, OptionalInt.empty(), String.valueOf(refused.getMessage()));
        }
    }

    private void follow(Replica replica, RunningEngine engine, Instant begun) {
        engine.started().subscribe(pid -> onControl(() -> runs(replica, pid)));
        engine.ready()
                .subscribe(
                        address -> onControl(() -> ready(replica, engine, address, begun)),
                        late -> onControl(() -> ends.gaveUp(replica, engine, late)));
        engine.ended().subscribe(end -> onControl(() -> ended(replica, end)));
    }

    private void runs(Replica replica, long pid) {
        if (replica.state() instanceof EngineState.Loading(long before) && before != pid) {
            replica.become(new EngineState.Loading(pid));
            changes.signal();
        }
    }

    private void ready(Replica replica, RunningEngine engine, String address, Instant begun) {
        if (!(replica.state() instanceof EngineState.Loading)) {
            return;
        }
        Duration took = Duration.between(begun, clock.instant());
        replica.become(new EngineState.Ready(engine.pid(), address, took));
        changes.loaded(replica, took);
        log.atInfo().addKeyValue("replica", replica.id()).addKeyValue("took", took).log("ready");
        events.tell(AgentEvents.Kind.REPLICA_READY, replica.id().value(), "");
    }

    private void ended(Replica replica, EngineEnd end) {
        if (!closed) {
            ends.ended(replica, end);
        }
    }

    /** Ends an engine that makes no progress, at once; any thread. */
    void stalled(Replica replica, String why) {
        if (replica.stall(why)) {
            replica.engine().ifPresent(engine -> engine.stop(Duration.ZERO));
            log.atWarn().addKeyValue("replica", replica.id()).log(why);
            changes.stalled(replica);
        }
    }

    /** Control thread. Grants no slot from now on and ends the engine with its last run. */
    public void drain(ReplicaId id) {
        Replica replica = replicas.get(id);
        if (replica == null) {
            return;
        }
        switch (replica.state()) {
            case EngineState.Loading(long pid) -> {
                replica.become(new EngineState.Draining(pid, "", Duration.ZERO));
                changes.signal();
                replica.engine().ifPresent(engine -> engine.stop(Duration.ZERO));
            }
            case EngineState.Ready(long pid, String address, Duration loadTime) -> {
                replica.become(new EngineState.Draining(pid, address, loadTime));
                changes.signal();
                stopWhenIdle(replica);
            }
            case EngineState.Draining _, EngineState.Exited _, EngineState.Failed _ -> {}
        }
    }

    private void slotsChanged(ReplicaId id) {
        changes.signal();
        Replica replica = replicas.get(id);
        if (replica != null && replica.gate().busy() == 0) {
            onControl(
                    () -> {
                        stopWhenIdle(replica);
                        expire(replica);
                    });
        }
    }

    private static void stopWhenIdle(Replica replica) {
        if (replica.state() instanceof EngineState.Draining && replica.gate().busy() == 0) {
            replica.engine().ifPresent(engine -> engine.stop(GRACE));
        }
    }

    /** Control thread, now and then: tells of replicas whose time is over. */
    public void expireIdle() {
        replicas.values().forEach(this::expire);
    }

    private void expire(Replica replica) {
        if (replica.expire()) {
            changes.signal();
            events.tell(AgentEvents.Kind.REPLICA_EXPIRED, replica.id().value(), "");
        }
    }
}
