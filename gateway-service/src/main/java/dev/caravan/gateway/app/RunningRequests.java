package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The requests this gateway is working on; for people. */
public final class RunningRequests {

    /**
     * @param node the agent that answers; empty while it waits
     * @param tokens of the answer so far
     */
    public record Running(
            String id, String model, Optional<AgentId> node, Instant since, long tokens) {}

    /** One request's entry, written by the thread that carries its frames. */
    public static final class Entry {

        private final RunRequest request;
        private final Instant since;
        private volatile @Nullable AgentId node;
        private volatile long tokens;

        private Entry(RunRequest request, Instant since) {
            this.request = request;
            this.since = since;
        }

        public void on(AgentId agent) {
            node = agent;
        }

        public void received(List<RunFrame> frames) {
            long more = 0;
            for (RunFrame frame : frames) {
                if (frame instanceof RunFrame.Piece piece) {
                    more += Math.max(1, piece.ids().size());
                }
            }
            tokens = tokens + more;
        }

        private Running running() {
            return new Running(
                    request.id(),
                    request.model().display(),
                    Optional.ofNullable(node),
                    since,
                    tokens);
        }
    }

    private final InstantSource clock;
    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();

    public RunningRequests(InstantSource clock) {
        this.clock = clock;
    }

    public Entry add(RunRequest request) {
        Entry entry = new Entry(request, clock.instant());
        entries.add(entry);
        return entry;
    }

    public void remove(Entry entry) {
        entries.remove(entry);
    }

    /** Oldest first. */
    public List<Running> list() {
        return entries.stream()
                .map(Entry::running)
                .sorted(Comparator.comparing(Running::since).thenComparing(Running::id))
                .toList();
    }
}
