package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * How many slots are in use on each replica, as the agents told last.
 *
 * <p>Two sources: the agents' slots streams, and the load that comes with a refusal. A refusal may
 * be older than the last line of the stream and nothing would correct it until the next line, so it
 * holds for {@link #REFUSAL_HOLDS} only, or until the stream says something of that replica. What
 * an agent told is forgotten when its stream breaks.
 */
public final class LoadBoard {

    /** Also the pace at which a replica without a slots stream is asked again. */
    static final Duration REFUSAL_HOLDS = Duration.ofMillis(250);

    private final Scheduler scheduler;
    private final Map<AgentId, Map<ReplicaId, Integer>> told = new ConcurrentHashMap<>();
    private final Map<ReplicaId, Integer> refused = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    public LoadBoard(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Runs after each change, on the thread that told it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Slots in use; 0 where nothing is known. */
    public int busy(AgentId agent, ReplicaId replica) {
        int streamed = told.getOrDefault(agent, Map.of()).getOrDefault(replica, 0);
        return Math.max(streamed, refused.getOrDefault(replica, 0));
    }

    /** All replicas of an agent. */
    public void snapshot(AgentId agent, Map<ReplicaId, Integer> busy) {
        told.put(agent, Map.copyOf(busy));
        refused.keySet().removeAll(busy.keySet());
        changed();
    }

    /** Those replicas of an agent that changed. */
    public void change(AgentId agent, Map<ReplicaId, Integer> busy) {
        told.merge(agent, Map.copyOf(busy), LoadBoard::with);
        refused.keySet().removeAll(busy.keySet());
        changed();
    }

    /** The agent's stream broke: what it told is stale. */
    public void forget(AgentId agent) {
        if (told.remove(agent) != null) {
            changed();
        }
    }

    /** An agent turned a request away for want of a slot. */
    public void refused(ReplicaId replica, int busy) {
        refused.put(replica, busy);
        scheduler.schedule(
                () -> {
                    if (refused.remove(replica, busy)) {
                        changed();
                    }
                },
                REFUSAL_HOLDS.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private static Map<ReplicaId, Integer> with(
            Map<ReplicaId, Integer> before, Map<ReplicaId, Integer> changes) {
        Map<ReplicaId, Integer> merged = new HashMap<>(before);
        merged.putAll(changes);
        return Map.copyOf(merged);
    }
}
