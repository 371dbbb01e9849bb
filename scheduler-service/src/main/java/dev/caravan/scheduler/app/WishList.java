package dev.caravan.scheduler.app;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Processes of one kind that an agent should run, in the order of the wishes. One thread. */
final class WishList<K, W> {

    /**
     * How long an agent that took a wish on may leave its process out of its report before it
     * counts as lost; a report is at most a second old, the rest is for busy hosts.
     */
    static final long LOST_AFTER_MILLIS = 10_000;

    private final Function<W, K> key;
    private final Map<K, W> wished = new LinkedHashMap<>();
    private final Map<K, Long> seenAt = new HashMap<>();
    private final Set<K> withdrawn = new HashSet<>();

    WishList(Function<W, K> key) {
        this.key = key;
    }

    void add(W wish, long now) {
        wished.put(key.apply(wish), wish);
        seenAt.put(key.apply(wish), now);
    }

    /** A process that runs already, unless it was told to end. */
    void takeOn(W wish, long now) {
        if (!withdrawn.contains(key.apply(wish)) && !wished.containsKey(key.apply(wish))) {
            add(wish, now);
        }
    }

    /** Whether it was wished for. */
    boolean withdraw(K id) {
        if (wished.remove(id) == null) {
            return false;
        }
        seenAt.remove(id);
        withdrawn.add(id);
        return true;
    }

    /**
     * Withdraws what has ended or got lost.
     *
     * @param ended what the agent reports, and whether it has ended
     * @param told whether the agent has taken on all wishes
     * @return whether there was any
     */
    boolean observe(Map<K, Boolean> ended, boolean told, long now) {
        boolean changed = false;
        for (K id : List.copyOf(wished.keySet())) {
            if (ended.containsKey(id) || !told) {
                seenAt.put(id, now);
            }
            if (ended.getOrDefault(id, false)
                    || now - seenAt.getOrDefault(id, now) > LOST_AFTER_MILLIS) {
                changed |= withdraw(id);
            }
        }
        return changed;
    }

    /** What was told to end and is gone need not be remembered. */
    void forgetAllBut(Set<K> reported) {
        withdrawn.retainAll(reported);
    }

    /** Replaces a wish by one that says more; the agent need not be told. */
    void refine(K id, UnaryOperator<W> change) {
        wished.computeIfPresent(id, (_, wish) -> change.apply(wish));
    }

    boolean wishes(K id) {
        return wished.containsKey(id);
    }

    boolean withdrew(K id) {
        return withdrawn.contains(id);
    }

    List<W> all() {
        return List.copyOf(wished.values());
    }
}
