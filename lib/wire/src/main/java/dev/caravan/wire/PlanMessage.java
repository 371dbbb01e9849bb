package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load of a model would do; bytes throughout.
 *
 * @param contextLength tokens of context of each slot
 * @param slots requests the engine would run at once
 * @param layers repeating layers; 0 where the file could not be read
 * @param need of all processes together; absent where nothing could be planned
 * @param stages one a process, the head first; empty unless SINGLE or SPLIT
 * @param evict ids of idle replicas that would have to go first
 * @param shortfall with NO_FIT: what is missing
 * @param fittingContext with NO_FIT: the largest context that would fit; absent where none does
 * @param leftOut agents that are not used at present, with the reason; absent: none
 * @param standby replicas beside the one that is used; absent: the policy wishes for none
 * @param code a fault code, with WAIT, NO_FIT and REFUSED; {@code error} says why, for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanMessage(
        String model,
        String digest,
        int contextLength,
        int slots,
        String continuation,
        int layers,
        Outcome outcome,
        @Nullable Long need,
        List<Stage> stages,
        List<String> evict,
        @Nullable Long shortfall,
        @Nullable Integer fittingContext,
        @Nullable List<LeftOut> leftOut,
        @Nullable Standby standby,
        @Nullable String code,
        @Nullable String error) {

    /** An agent that no plan of the model uses at present. */
    public record LeftOut(String agentId, String reason) {}

    /**
     * @param reason why there are not more at present; absent: none is known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Standby(int wanted, int ready, @Nullable String reason) {}

    public enum Outcome {
        SINGLE,
        SPLIT,
        /** It fits when busy or leaving engines are gone. */
        WAIT,
        NO_FIT,
        /** Something else is missing: an engine, an agent that answers, equal builds. */
        REFUSED
    }

    /**
     * @param role "HEAD" or "MEMBER"
     * @param firstLayer absent where it holds no repeating layer
     * @param lastLayer inclusive; absent with {@code firstLayer}
     * @param output whether it holds the output layer
     * @param buffers beside weights and KV cache
     * @param free what its agent can give, what is evicted counted
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stage(
            String agentId,
            String hostId,
            String address,
            String role,
            @Nullable Integer firstLayer,
            @Nullable Integer lastLayer,
            boolean output,
            long weights,
            long kv,
            long buffers,
            long total,
            long free) {}
}
