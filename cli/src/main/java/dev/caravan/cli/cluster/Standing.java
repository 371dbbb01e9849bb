package dev.caravan.cli.cluster;

import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.NodesMessage;
import java.util.Optional;

/** How an agent stands with the cluster it joins. */
sealed interface Standing {

    /** The health service reached it. */
    record Ready(String addressReason) implements Standing {}

    /** Not yet, which is usual for a second or two. */
    record Waiting(String reason) implements Standing {}

    /** Something is wrong that does not pass by itself. */
    record Wrong(String reason) implements Standing {}

    /**
     * @param agentId of the agent here
     * @param address where it says it is reached
     */
    static Standing of(NodesMessage nodes, String agentId, String address) {
        Optional<AgentRecord> found =
                nodes.nodes().stream()
                        .filter(node -> node.report().agentId().equals(agentId))
                        .findFirst();
        Optional<NodesMessage.Unusable> unusable =
                nodes.unused().stream().filter(one -> one.address().equals(address)).findFirst();
        if (found.isEmpty()) {
            return unusable.map(Standing::of)
                    .orElseGet(() -> new Waiting("the health service has not heard of it yet"));
        }
        AgentRecord node = found.get();
        if (!node.report().address().equals(address)) {
            return new Wrong(
                    "its id %s is that of the agent at %s, and so the one here at %s is refused (expected: one id for each; remove the file agent-id in the data folder of one of them and start it again)"
                            .formatted(agentId, node.report().address(), address));
        }
        return switch (node.verdict()) {
            case "READY" -> {
                String reason = node.report().addressReason();
                yield new Ready(reason == null ? "" : reason);
            }
            case "UNREACHABLE" -> new Wrong(node.reason());
            default -> new Waiting(node.verdict() + ": " + node.reason());
        };
    }

    private static Standing of(NodesMessage.Unusable unusable) {
        return unusable.verdict().equals("SILENT")
                ? new Waiting(unusable.reason())
                : new Wrong(unusable.reason());
    }
}
