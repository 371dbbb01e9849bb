package dev.caravan.wire;

/**
 * How a gateway found an agent that failed it. It proves nothing by itself: the health service asks
 * the agent and then knows whether the agent is dead or the gateway is cut off from it.
 *
 * @param gateway names the gateway, for people
 * @param agentId of the agent it meant
 * @param address where it tried
 */
public record SightingMessage(String gateway, String agentId, String address, Kind kind) {

    public enum Kind {
        /** The host said that nobody listens there. */
        REFUSED,
        /** No connection came about, and nobody refused it. */
        UNREACHABLE,
        /** A connection that is never silent for long was. */
        SILENT,
        /** An answer was cut off or stood still: it may be the engine alone. */
        BROKEN
    }
}
