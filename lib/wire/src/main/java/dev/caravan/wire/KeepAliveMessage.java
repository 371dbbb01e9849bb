package dev.caravan.wire;

import org.jspecify.annotations.Nullable;

/**
 * A replica's time runs anew from now, as after a request.
 *
 * @param keepAliveMillis how long it stays after its last request from now on; -1 for ever, 0: ends
 *     when idle; absent: as long as before
 */
public record KeepAliveMessage(String replicaId, @Nullable Long keepAliveMillis) {}
