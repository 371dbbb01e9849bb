package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files on their way to agents that are to load them, one a model. What the agents' own reports say
 * counts; this book only keeps loads waiting meanwhile. Used by one thread.
 */
final class CopyBook {

    /** How long a report may take to show a file that is there. */
    private static final long REPORTED_WITHIN_MILLIS = 10_000;

    private final Map<ModelDigest, Copy> copies = new HashMap<>();
    private final List<CopyOrder> due = new ArrayList<>();

    /**
     * @param progress of the last news
     * @param broken whether it failed
     * @param endedAt 0 while it runs
     */
    private record Copy(CopyOrder order, String progress, boolean broken, long endedAt) {}

    /** How a load's file does. */
    sealed interface State {
        record OnItsWay(String progress) implements State {}

        record Failed(AgentId agent) implements State {}
    }

    void begin(CopyOrder order) {
        copies.put(order.digest(), new Copy(order, "", false, 0));
        due.add(order);
    }

    /** Empty where none is on its way; a failure is told once. */
    Optional<State> state(ModelDigest digest, long now) {
        Copy copy = copies.get(digest);
        if (copy == null) {
            return Optional.empty();
        }
        boolean unseen = copy.endedAt() > 0 && now - copy.endedAt() > REPORTED_WITHIN_MILLIS;
        if (!copy.broken() && !unseen) {
            return Optional.of(new State.OnItsWay(copy.progress()));
        }
        copies.remove(digest);
        return Optional.of(new State.Failed(copy.order().agent()));
    }

    void forget(ModelDigest digest) {
        copies.remove(digest);
    }

    void advanced(CopyOrder order, String progress) {
        change(order, new Copy(order, progress, false, 0));
    }

    void ended(CopyOrder order, long now) {
        change(order, new Copy(order, "all", false, now));
    }

    void failed(CopyOrder order) {
        change(order, new Copy(order, "", true, 0));
    }

    private void change(CopyOrder order, Copy next) {
        copies.computeIfPresent(
                order.digest(), (_, copy) -> copy.order().equals(order) ? next : copy);
    }

    /** Orders that nobody was given yet. */
    List<CopyOrder> claimDue() {
        List<CopyOrder> claimed = List.copyOf(due);
        due.clear();
        return claimed;
    }
}
