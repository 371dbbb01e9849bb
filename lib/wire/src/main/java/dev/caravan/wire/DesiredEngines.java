package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All engines an agent should run; what is not named is to end.
 *
 * @param members RPC servers it should lend to groups; absent: none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DesiredEngines(
        long epoch, long generation, List<Engine> engines, @Nullable List<Member> members) {

    /** The members, none where the message does not name any. */
    public List<Member> lent() {
        return Objects.requireNonNullElse(members, List.of());
    }

    /**
     * @param replicaId new for each load; one that has ended is not started again
     * @param contextLength tokens of context of each slot
     * @param slots requests it runs at once; 0: the agent's own default
     * @param keepAliveMillis after the last request; -1 for ever, absent: the agent's default
     * @param stages in the order of layers, where the model is split; absent: whole
     * @param engineOptions switches of the model's policy, after the agent's own; absent: none
     * @param loading wishes of the request that caused the load; absent: none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Engine(
            String replicaId,
            String model,
            String digest,
            int contextLength,
            int slots,
            String continuation,
            @Nullable Long keepAliveMillis,
            @Nullable List<Stage> stages,
            @Nullable List<String> engineOptions,
            @Nullable LoadOptions loading) {

        /** One that is started as the model and the agent say. */
        public Engine(
                String replicaId,
                String model,
                String digest,
                int contextLength,
                int slots,
                String continuation,
                @Nullable Long keepAliveMillis,
                @Nullable List<Stage> stages,
                @Nullable List<String> engineOptions) {
            this(
                    replicaId,
                    model,
                    digest,
                    contextLength,
                    slots,
                    continuation,
                    keepAliveMillis,
                    stages,
                    engineOptions,
                    null);
        }
    }

    /**
     * A run of layers in one process. The layers of all stages sum to the model's repeating layers
     * and one more, for the output.
     *
     * @param agentId whose memory holds them
     * @param address of that agent, {@code http://host:port}
     * @param memberId the RPC server that holds them; absent: the head's own process, which can
     *     hold only the first layers
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stage(String agentId, String address, @Nullable String memberId, int layers) {}

    /**
     * An RPC server that serves one head and ends with its group.
     *
     * @param memberId new for each group
     * @param groupId the replica id of the head
     * @param headAgentId the only agent that may open its link
     * @param firstLayer index of the first layer it will hold
     * @param layers how many, the output counted as one
     * @param memory bytes it is planned to take
     */
    public record Member(
            String memberId,
            String groupId,
            String model,
            String digest,
            String headAgentId,
            int firstLayer,
            int layers,
            String continuation,
            long memory) {}
}
