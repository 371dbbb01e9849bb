package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.net.URI;

/**
 * What an agent said of itself, as far as judging needs it.
 *
 * @param address where it says it is reached
 * @param startedAt milliseconds since 1970, when its process started
 * @param sequence grows with each change of what that process reports
 * @param report the whole of it, handed on without being looked into
 */
public record AgentReading<R>(AgentId agent, URI address, long startedAt, long sequence, R report) {

    boolean olderThan(AgentReading<R> known) {
        return startedAt != known.startedAt
                ? startedAt < known.startedAt
                : sequence < known.sequence;
    }
}
