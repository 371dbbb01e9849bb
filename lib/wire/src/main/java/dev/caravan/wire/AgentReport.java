package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of itself; of two reports by one agent the one with the higher {@code
 * (startedAt, sequence)} holds.
 *
 * @param hostId the same for all agents of one machine
 * @param address where the agent is reached, {@code http://host:port}
 * @param startedAt milliseconds since 1970, when this agent process started
 * @param sequence grows with each change of the report
 * @param engine absent where none was found; {@code engineFault} then says why
 * @param desired the highest version of desired engines it took on
 * @param members RPC servers that hold layers for heads; absent: none
 * @param adopted Ollama servers that it uses, found or started by it; absent: none
 * @param addressReason for people: why it advertises this address; absent: not told
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentReport(
        String agentId,
        String hostId,
        String address,
        String version,
        long startedAt,
        long sequence,
        @Nullable EngineBuild engine,
        @Nullable String engineFault,
        int cores,
        Memory memory,
        Store store,
        VersionMessage desired,
        List<Replica> replicas,
        @Nullable List<Member> members,
        List<Model> models,
        @Nullable List<Adopted> adopted,
        @Nullable String addressReason) {

    /** Of an agent that adopted no engine and does not tell the reason for its address. */
    public AgentReport(
            String agentId,
            String hostId,
            String address,
            String version,
            long startedAt,
            long sequence,
            @Nullable EngineBuild engine,
            @Nullable String engineFault,
            int cores,
            Memory memory,
            Store store,
            VersionMessage desired,
            List<Replica> replicas,
            @Nullable List<Member> members,
            List<Model> models) {
        this(
                agentId,
                hostId,
                address,
                version,
                startedAt,
                sequence,
                engine,
                engineFault,
                cores,
                memory,
                store,
                desired,
                replicas,
                members,
                models,
                null,
                null);
    }

    /** The same report with the reason for its address. */
    public AgentReport withAddressReason(String reason) {
        return new AgentReport(
                agentId,
                hostId,
                address,
                version,
                startedAt,
                sequence,
                engine,
                engineFault,
                cores,
                memory,
                store,
                desired,
                replicas,
                members,
                models,
                adopted,
                reason);
    }

    /** The RPC servers it lends; none where the report does not name any. */
    public List<Member> lent() {
        return Objects.requireNonNullElse(members, List.of());
    }

    /**
     * Bytes of the host's main memory.
     *
     * @param available what could be had now without swapping
     * @param budget the most this agent may use in all
     * @param used resident bytes of its engines
     */
    public record Memory(long total, long available, long budget, long used) {}

    /** Bytes on the file system that holds the models. */
    public record Store(long free, long models) {}

    /**
     * One engine process with its model.
     *
     * @param contextLength tokens of context one slot has
     * @param continuation the policy its engine was started for
     * @param memory resident bytes of the engine
     * @param pid of the engine process; 0 when it is gone
     * @param engineAddress host:port on loopback, for those on the host; empty before it is ready
     * @param expiresAt milliseconds since 1970; -1 never; absent while it answers or loads
     * @param exitCode of a process that is gone
     * @param fault why it failed or ended, with its last lines
     * @param stages where its layers are, in their order; absent where all are in the engine
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Replica(
            String replicaId,
            String model,
            String digest,
            ReplicaState state,
            int contextLength,
            int slots,
            int busy,
            String continuation,
            long memory,
            long pid,
            String engineAddress,
            long loadMillis,
            @Nullable Long expiresAt,
            @Nullable Integer exitCode,
            @Nullable String fault,
            @Nullable List<DesiredEngines.Stage> stages) {}

    /**
     * An RPC server, reserved for one head.
     *
     * @param groupId the replica id of the head
     * @param firstLayer index of the first layer it holds
     * @param layers how many, the output counted as one
     * @param memory resident bytes
     * @param pid 0 when it is gone
     * @param linked whether the head is connected
     * @param fault why it failed or ended, with its last lines
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Member(
            String memberId,
            String groupId,
            String model,
            String digest,
            ReplicaState state,
            int firstLayer,
            int layers,
            long memory,
            long pid,
            boolean linked,
            @Nullable Integer exitCode,
            @Nullable String fault) {}

    /**
     * An engine that serves several models of its own: one that was there already, or that the
     * agent keeps running.
     *
     * @param kind "ollama"
     * @param url where it is; what was to be started where it does not run
     * @param version it tells of itself; empty where it has not answered yet
     * @param slots requests it is taken to run at once, an estimate
     * @param here whether it is on this host, so that it takes this host's memory
     * @param fault why its models are not there now; absent: it answers
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Adopted(
            String kind,
            String url,
            String version,
            int slots,
            boolean here,
            @Nullable String fault) {}

    /**
     * A model that the agent can run.
     *
     * @param name as displayed, with its tag
     * @param digest SHA-256 of the manifest, 64 hex digits
     * @param size bytes of all layers and the config
     * @param modifiedAt milliseconds since 1970
     * @param facts absent where the file could not be read; {@code fault} then says why
     * @param engine kind of the only engine that can run it here: "ollama"; absent: llama.cpp, on
     *     the file in the agent's store
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(
            String name,
            String digest,
            long size,
            long modifiedAt,
            ModelDetails details,
            List<String> capabilities,
            @Nullable FactsMessage facts,
            PolicyMessage policy,
            @Nullable String fault,
            @Nullable String engine) {

        public Model(
                String name,
                String digest,
                long size,
                long modifiedAt,
                ModelDetails details,
                List<String> capabilities,
                @Nullable FactsMessage facts,
                PolicyMessage policy,
                @Nullable String fault) {
            this(name, digest, size, modifiedAt, details, capabilities, facts, policy, fault, null);
        }
    }
}
