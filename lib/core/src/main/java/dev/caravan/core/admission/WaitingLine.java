package dev.caravan.core.admission;

import java.util.Iterator;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A line that is served strictly in the order of arrival.
 *
 * <p>The arrival number, not the time of joining, is the place: whoever was served, turned away by
 * a replica that had just filled up, and joins again stands where he stood, before all who came
 * after him. A plain queue would send him to the end. Joining and leaving cost O(log n). For one
 * thread at a time.
 */
public final class WaitingLine<T> {

    /** What serving the first in line came to. */
    public enum Outcome {
        /** Served; it leaves the line. */
        SERVED,
        /** It waits on, but for nothing that those behind it could take from it. */
        SKIPPED,
        /** It waits on, and nobody behind it may go before it. */
        BLOCKED
    }

    /** Serves one that waits, or says why not. */
    @FunctionalInterface
    public interface Server<T> {
        Outcome serve(T waiting);
    }

    private final TreeMap<Long, T> waiting = new TreeMap<>();

    /**
     * @param arrival grows with each arrival, and is kept when one joins again
     * @throws IllegalArgumentException where that place is taken
     */
    public void join(long arrival, T who) {
        if (waiting.putIfAbsent(arrival, who) != null) {
            throw new IllegalArgumentException(
                    "arrival: " + arrival + " (expected: a place that is not taken)");
        }
    }

    /** False where nobody stood there. */
    public boolean leave(long arrival) {
        return waiting.remove(arrival) != null;
    }

    public boolean contains(long arrival) {
        return waiting.containsKey(arrival);
    }

    public int size() {
        return waiting.size();
    }

    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The number of the first in line. */
    public OptionalLong first() {
        return waiting.isEmpty() ? OptionalLong.empty() : OptionalLong.of(waiting.firstKey());
    }

    /**
     * Serves in the order of arrival until one is blocked or all have been asked. The server must
     * not touch the line.
     */
    public void serve(Server<T> server) {
        for (Iterator<T> places = waiting.values().iterator(); places.hasNext(); ) {
            switch (server.serve(places.next())) {
                case SERVED -> places.remove();
                case SKIPPED -> {}
                case BLOCKED -> {
                    return;
                }
            }
        }
    }
}
