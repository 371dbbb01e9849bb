package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
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
    private final NavigableMap<Long, Entry> entries = new ConcurrentSkipListMap<>();

    public RunningRequests(InstantSource clock) {
        this.clock = clock;
    }

    public Entry add(Ticket ticket) {
        Entry entry = new Entry(ticket.request(), clock.instant());
        entries.put(ticket.arrival(), entry);
        return entry;
    }

    public void remove(Ticket ticket) {
        entries.remove(ticket.arrival());
    }

    /**
     * In the order of arrival. It is read from the newest to the oldest: slots are granted in the
     * order of arrival, so no request is shown on a node while an older one of its model is shown
     * as waiting for its first.
     */
    public List<Running> list() {
        return entries.descendingMap().values().stream().map(Entry::running).toList().reversed();
    }
}
