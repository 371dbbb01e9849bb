package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Why a load that was planned did not come about; see {@link PlanReasons} for the others. */
final class Reasons {

    private Reasons() {}

    static LoadOutcome.Failed engineEnded(Load load, AgentStatus agent, ReplicaStatus replica) {
        String exit =
                replica.exitCode().isPresent()
                        ? " with exit code " + replica.exitCode().getAsInt()
                        : "";
        return failed(
                FaultCode.LOAD_FAILED,
                load,
                "its engine on agent %s ended%s before it was ready: %s"
                        .formatted(agent.id(), exit, replica.fault()));
    }

    static LoadOutcome.Failed stillBusy(Load load, List<AgentId> agents, Duration timeout) {
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                "models with running requests held the memory of agent%s %s for %s (expected: one that gets idle); try again"
                        .formatted(agents.size() > 1 ? "s" : "", PlanReasons.ids(agents), timeout));
    }

    static LoadOutcome.Failed noFreePlace(Load load, List<ReplicaId> evict) {
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                "the replicas %s would have to go (expected: free memory for a standby)"
                        .formatted(evict));
    }

    static LoadOutcome.Failed noneBeside(
            Load load, Map<AgentId, String> lost, List<AgentId> agents) {
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                "%s; beside it models with running requests hold the memory of agent%s %s (expected: one that is idle); try again"
                        .formatted(
                                PlanReasons.lost(lost),
                                agents.size() > 1 ? "s" : "",
                                PlanReasons.ids(agents)));
    }

    static LoadOutcome.Failed noProgress(Load load, Duration timeout) {
        return failed(
                FaultCode.UPSTREAM_TIMEOUT,
                load,
                "its load%s made no progress for %s (expected: ready, or memory that grows); see ./caravan logs"
                        .formatted(
                                load.site().map(site -> " on agent " + site.agent()).orElse(""),
                                timeout));
    }

    private static LoadOutcome.Failed failed(FaultCode code, Load load, String detail) {
        return new LoadOutcome.Failed(code, "model %s: %s".formatted(load.model(), detail));
    }
}
