package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * @param state READY: {@code replica} on {@code agent} answers; PENDING: ask again; FAILED: {@code
 *     code} and {@code error} say why
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadAnswer(
        State state,
        long epoch,
        long generation,
        ClusterViewMessage.@Nullable Replica replica,
        ClusterViewMessage.@Nullable Agent agent,
        @Nullable String code,
        @Nullable String error) {

    public enum State {
        READY,
        PENDING,
        FAILED
    }
}
