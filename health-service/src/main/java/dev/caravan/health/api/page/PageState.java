package dev.caravan.health.api.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows, and nothing beyond it: no address of an engine, no path, no secret. Memory
 * is in bytes, times are milliseconds since 1970.
 *
 * @param frozen why nobody is judged at present; absent: everybody is
 * @param hosts by name
 * @param models by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PageState(@Nullable String frozen, List<Host> hosts, List<Model> models) {

    /**
     * A machine with its agents.
     *
     * @param name how its agents are reached, without their ports
     * @param available memory that could be had now without swapping
     */
    public record Host(String id, String name, long memory, long available, List<Agent> agents) {}

    /**
     * @param verdict READY, SUSPECT or DOWN
     * @param reason why it is not READY, or what else is wrong; empty: nothing
     * @param seenAt when it last answered; absent while it answers
     * @param engine absent where it has none; {@code engineFault} then says why
     * @param budget the most memory it may use in all
     * @param used resident memory of its engines
     * @param storeFree what its models' file system has left
     * @param storeUsed by its models
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Agent(
            String id,
            String address,
            String version,
            String verdict,
            String reason,
            @Nullable Long seenAt,
            @Nullable Engine engine,
            @Nullable String engineFault,
            int cores,
            long budget,
            long used,
            long storeFree,
            long storeUsed,
            List<Held> held) {}

    /** The agent's build of the engine. */
    public record Engine(String kind, String build, String rpcProtocol, List<String> backends) {}

    /**
     * A process of an agent.
     *
     * @param role "whole", "head" or "member"
     * @param layers repeating layers in it; 0 where that is not known
     * @param output whether it holds the output too
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Held(
            String model,
            String role,
            String state,
            int firstLayer,
            int layers,
            boolean output,
            long memory,
            @Nullable String fault) {}

    /**
     * @param size bytes of its files
     * @param layers repeating layers; 0 where the file could not be read
     * @param holders agents that have its files
     * @param faults what is wrong with it
     */
    public record Model(
            String name,
            String digest,
            long size,
            String family,
            String parameters,
            String quantization,
            int layers,
            List<String> holders,
            List<String> faults,
            List<Replica> replicas) {}

    /**
     * @param agent whose engine answers; the head's, where it is split
     * @param contextLength tokens of context each slot has
     * @param memory resident, of all its processes
     * @param expiresAt when it leaves unless it is used; -1 never; absent while it answers or loads
     * @param segments in the order of layers; one where it is whole
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Replica(
            String id,
            String agent,
            String state,
            int contextLength,
            int slots,
            int busy,
            String continuation,
            long memory,
            @Nullable Long expiresAt,
            @Nullable String fault,
            List<Segment> segments) {}

    /**
     * A run of layers in one process.
     *
     * @param host name of the agent's host; its address where the agent is not known
     * @param verdict of that agent; "UNKNOWN" where there is none of that id
     * @param state of the process; "UNKNOWN" where its agent does not report it
     * @param layers repeating layers in it; 0 where only the output is there, or it is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Segment(
            String agent,
            String host,
            String verdict,
            boolean head,
            String state,
            int firstLayer,
            int layers,
            boolean output,
            long memory,
            @Nullable String fault) {}
}
