package dev.caravan.wire;

/** Sets how long a replica stays after its last request; -1 for ever, 0: ends when idle. */
public record KeepAliveMessage(String replicaId, long keepAliveMillis) {}
