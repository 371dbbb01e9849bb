package dev.caravan.core.placement;

import dev.caravan.core.cluster.AgentId;
import java.util.List;

/** Over how many agents a model is wished to be spread. */
public sealed interface Spread {

    /** On one agent; over several where it would fit none even if nothing else were loaded. */
    record AsItFits() implements Spread {}

    /** On one agent or not at all. */
    record OneAgent() implements Spread {}

    /**
     * @param agents at least 2
     */
    record Over(int agents) implements Spread {
        public Over {
            if (agents < 2) {
                throw new IllegalArgumentException("agents: %d (expected: >= 2)".formatted(agents));
            }
        }
    }

    /**
     * Exactly these layers; the output goes with the last.
     *
     * @param ranges from layer 0 on, each touching the next
     */
    record Forced(List<Range> ranges) implements Spread {
        public Forced {
            ranges = List.copyOf(ranges);
            int next = 0;
            for (Range range : ranges) {
                if (range.span().start() != next) {
                    throw new IllegalArgumentException(
                            "range of agent %s begins at layer %d (expected: %d)"
                                    .formatted(range.agent(), range.span().start(), next));
                }
                next = range.span().end();
            }
            if (ranges.isEmpty()) {
                throw new IllegalArgumentException("ranges: none (expected: at least one)");
            }
        }
    }

    /**
     * @param span of repeating layers alone
     */
    record Range(AgentId agent, LayerSpan span) {}
}
