package dev.caravan.wire;

import java.util.List;

/**
 * One line of the slots stream.
 *
 * @param type {@link #SNAPSHOT}: all replicas there are; {@link #CHANGE}: only those that changed;
 *     readers ignore types they do not know
 */
public record SlotsLine(String type, String agentId, List<ReplicaLoad> replicas) {
    public static final String SNAPSHOT = "snapshot";
    public static final String CHANGE = "change";
}
