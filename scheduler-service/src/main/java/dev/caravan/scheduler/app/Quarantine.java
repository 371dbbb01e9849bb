package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Leaves agents on which a model's processes end again and again, engines or RPC servers, out of
 * new plans of that model. After {@link #ENDS} ends within a minute an agent is left out for 5 s;
 * each further end doubles that, up to 5 min; a run that ended well clears it. When the time is
 * over the agent is as good as any other, so a model that fits nowhere else waits but is not lost.
 * Used by one thread.
 */
final class Quarantine {

    /** One crash says little, and a pair may have one cause. */
    static final int ENDS = 3;

    private static final long WINDOW_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long FIRST_MILLIS = Duration.ofSeconds(5).toMillis();
    private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final long FORGOTTEN_MILLIS = Duration.ofMinutes(10).toMillis();

    private record Place(AgentId agent, ModelDigest digest) {}

    private static final class Record {
        private final ModelRef model;
        private final Deque<Long> ends = new ArrayDeque<>();
        private int level;
        private long until;

        Record(ModelRef model) {
            this.model = model;
        }
    }

    private final Map<Place, Record> records = new HashMap<>();

    /** A process of the model ended on that agent without being asked to. */
    void ended(AgentId agent, ModelRef model, ModelDigest digest, long now) {
        Record record = records.computeIfAbsent(new Place(agent, digest), _ -> new Record(model));
        record.ends.addLast(now);
        while (now - record.ends.getFirst() > WINDOW_MILLIS) {
            record.ends.removeFirst();
        }
        if (record.level > 0 || record.ends.size() >= ENDS) {
            record.until = now + pause(record.level);
            record.level++;
        }
    }

    private static long pause(int level) {
        return Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(level, 10));
    }

    /** A run of the model on that agent ended well. */
    void wentWell(AgentId agent, ModelDigest digest) {
        records.remove(new Place(agent, digest));
    }

    /** Agents that are left out of plans of the model now, with the reason. */
    Map<AgentId, String> leftOut(ModelDigest digest, long now) {
        Map<AgentId, String> out = new HashMap<>();
        records.forEach(
                (place, record) -> {
                    if (place.digest().equals(digest) && now < record.until) {
                        out.put(place.agent(), words(record, now));
                    }
                });
        return out;
    }

    /**
     * Milliseconds until the first of those that are left out is one of them no longer; 0: none.
     */
    long shortest(ModelDigest digest, long now) {
        return records.entrySet().stream()
                .filter(entry -> entry.getKey().digest().equals(digest))
                .mapToLong(entry -> entry.getValue().until - now)
                .filter(left -> left > 0)
                .min()
                .orElse(0);
    }

    /** Agents that are left out of plans of some model now; the longest of each. */
    Map<AgentId, LeftOut> leftOut(long now) {
        Map<AgentId, LeftOut> out = new HashMap<>();
        records.forEach(
                (place, record) -> {
                    if (now < record.until) {
                        out.merge(place.agent(), shown(record), Quarantine::later);
                    }
                });
        return out;
    }

    private static LeftOut shown(Record record) {
        return new LeftOut(
                record.until,
                "left out of plans of %s until %s, since its processes ended there repeatedly"
                        .formatted(record.model, Instant.ofEpochMilli(record.until)));
    }

    private static LeftOut later(LeftOut one, LeftOut other) {
        return one.until() >= other.until() ? one : other;
    }

    /** What nobody has ended in for long. */
    void forget(long now) {
        records.values()
                .removeIf(
                        record ->
                                now > record.until
                                        && now - record.ends.getLast() > FORGOTTEN_MILLIS);
    }

    private static String words(Record record, long now) {
        return "is left out for %d s more, since processes of this model ended on it %d times within a minute"
                .formatted((record.until - now + 999) / 1_000, record.ends.size());
    }
}
