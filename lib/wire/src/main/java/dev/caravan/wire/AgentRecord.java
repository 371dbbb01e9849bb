package dev.caravan.wire;

/**
 * What the health service writes of an agent.
 *
 * @param verdict READY, SUSPECT or DOWN
 * @param reason for people; says the address where it could not be reached
 * @param seenAt milliseconds since 1970, when it last answered
 */
public record AgentRecord(AgentReport report, String verdict, String reason, long seenAt) {}
