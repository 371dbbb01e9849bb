package dev.caravan.worker.app.engine;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.worker.app.event.AgentEvents;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a replica whose engine did not start, was not ready in time or ended: its state,
 * who is told, and how long it is still shown. Control thread.
 */
final class ReplicaEnds {

    private static final Logger log = LoggerFactory.getLogger(ReplicaEnds.class);

    /** Exit codes and last words that a person who looks later still finds in the report. */
    private static final int SHOWN = 8;

    private final Map<ReplicaId, Replica> replicas;
    private final ReplicaChanges changes;
    private final AgentEvents events;
    private final Deque<ReplicaId> last = new ArrayDeque<>();
    private Consumer<ReplicaId> listener = _ -> {};

    /**
     * @param replicas all that there are; those that are not to be shown any more are taken out
     */
    ReplicaEnds(Map<ReplicaId, Replica> replicas, ReplicaChanges changes, AgentEvents events) {
        this.replicas = replicas;
        this.changes = changes;
        this.events = events;
    }

    /** Who is told of a replica that ended without being asked to. */
    void onEnded(Consumer<ReplicaId> told) {
        listener = told;
    }

    void gaveUp(Replica replica, RunningEngine engine, Throwable late) {
        if (replica.state() instanceof EngineState.Loading) {
            failed(replica, OptionalInt.empty(), String.valueOf(late.getMessage()));
            engine.stop(Duration.ZERO);
        }
    }

    void failed(Replica replica, OptionalInt code, String fault) {
        replica.become(new EngineState.Failed(code, fault));
        log.atWarn().addKeyValue("replica", replica.id()).addKeyValue("cause", fault).log("failed");
        tell(replica, AgentEvents.Kind.REPLICA_FAILED, fault);
    }

    void ended(Replica replica, EngineEnd end) {
        switch (replica.state()) {
            case EngineState.Loading _ ->
                    failed(replica, OptionalInt.of(end.exitCode()), end.description());
            case EngineState.Ready(_, _, Duration loadTime) -> {
                String how = description(replica, end);
                replica.become(new EngineState.Exited(end.exitCode(), how, loadTime));
                changes.crashed(replica);
                log.atWarn()
                        .addKeyValue("replica", replica.id())
                        .addKeyValue("code", end.exitCode())
                        .log("engine exited");
                tell(replica, AgentEvents.Kind.REPLICA_EXITED, how);
            }
            case EngineState.Draining _ -> {
                replicas.remove(replica.id());
                changes.signal();
                log.atInfo().addKeyValue("replica", replica.id()).log("engine stopped");
                events.tell(AgentEvents.Kind.REPLICA_STOPPED, replica.id().value(), "");
            }
            case EngineState.Exited _, EngineState.Failed _ -> changes.signal();
        }
    }

    private static String description(Replica replica, EngineEnd end) {
        return replica.stall().map(why -> why + "; " + end.description()).orElse(end.description());
    }

    private void tell(Replica replica, AgentEvents.Kind kind, String detail) {
        last.addLast(replica.id());
        if (last.size() > SHOWN) {
            replicas.remove(last.removeFirst());
        }
        changes.signal();
        listener.accept(replica.id());
        events.tell(kind, replica.id().value(), detail);
    }
}
