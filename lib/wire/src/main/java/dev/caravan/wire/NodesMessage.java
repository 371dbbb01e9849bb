package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Every agent the health service knows, with its verdict; here also {@code UNREACHABLE} for one
 * that made itself known and was never reached.
 *
 * @param frozen membership is not judged at present, {@code frozenReason} says why
 * @param unusable addresses where the registry lists an agent that is none of the nodes; absent:
 *     none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodesMessage(
        boolean frozen,
        String frozenReason,
        List<AgentRecord> nodes,
        @Nullable List<Unusable> unusable) {

    public NodesMessage(boolean frozen, String frozenReason, List<AgentRecord> nodes) {
        this(frozen, frozenReason, nodes, null);
    }

    /** What cannot be used; none where the message does not name any. */
    public List<Unusable> unused() {
        return Objects.requireNonNullElse(unusable, List.of());
    }

    /**
     * @param verdict UNREACHABLE; SILENT where somebody is there who says nothing; DUPLICATE where
     *     another agent has its id
     * @param reason for people; names the address
     */
    public record Unusable(String address, String verdict, String reason) {}
}
