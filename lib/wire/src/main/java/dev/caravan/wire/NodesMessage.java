package dev.caravan.wire;

import java.util.List;

/**
 * Every agent the health service knows, with its verdict.
 *
 * @param frozen membership is not judged at present, {@code frozenReason} says why
 */
public record NodesMessage(boolean frozen, String frozenReason, List<AgentRecord> nodes) {}
