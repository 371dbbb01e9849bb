package dev.caravan.scheduler.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import reactor.core.publisher.MonoSink;

/** Who waits for which load; an entry in a list, not a thread. Used by one thread. */
final class WaitingAskers {

    private static final Logger log = LoggerFactory.getLogger(WaitingAskers.class);

    private final Map<Load, List<MonoSink<LoadOutcome>>> waiting = new HashMap<>();

    void join(Load load, MonoSink<LoadOutcome> sink) {
        waiting.computeIfAbsent(load, _ -> new ArrayList<>()).add(sink);
    }

    void leave(Load load, MonoSink<LoadOutcome> sink) {
        waiting.computeIfPresent(
                load,
                (_, sinks) -> {
                    sinks.remove(sink);
                    return sinks.isEmpty() ? null : sinks;
                });
    }

    /** Tells all who wait; that a standby found no place is no news. */
    void answer(Load load, LoadOutcome outcome) {
        boolean unneeded = load.isStandby() && outcome instanceof LoadOutcome.Failed;
        log.atLevel(unneeded ? Level.DEBUG : Level.INFO)
                .addKeyValue("model", load.model())
                .addKeyValue("outcome", outcome)
                .log("load settled");
        List<MonoSink<LoadOutcome>> sinks = waiting.remove(load);
        if (sinks != null) {
            sinks.forEach(sink -> sink.success(outcome));
        }
    }
}
