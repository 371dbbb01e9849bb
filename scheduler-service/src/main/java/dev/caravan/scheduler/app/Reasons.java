package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.MemoryNeed;
import dev.caravan.core.placement.Placement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Why a load did not come about, in words that name the value, what was expected, the way out. */
final class Reasons {

    /** Contexts below this are of no use in a message: no client asks for them. */
    private static final long LEAST_CONTEXT = 512;

    private Reasons() {}

    static LoadOutcome.Failed notHeld(Load load, boolean noAgents) {
        return noAgents
                ? failed(
                        FaultCode.NO_CAPACITY,
                        load,
                        "no agent is known yet (expected: at least one); see ./caravan status")
                : failed(
                        FaultCode.MODEL_NOT_FOUND,
                        load,
                        "no agent holds digest %s (expected: at least one); see ./caravan import"
                                .formatted(load.digest()));
    }

    static LoadOutcome.Failed allDown(Load load, List<AgentStatus> holders) {
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                "agents that hold it are down: %s (expected: one that answers); see ./caravan status"
                        .formatted(ids(holders)));
    }

    static LoadOutcome.Failed noEngine(Load load, List<AgentStatus> agents) {
        return failed(
                FaultCode.LOAD_FAILED,
                load,
                agents.stream()
                        .map(
                                agent ->
                                        "agent %s has no engine: %s"
                                                .formatted(
                                                        agent.id(),
                                                        agent.engineFault().orElse("none found")))
                        .collect(
                                Collectors.joining(
                                        "; ",
                                        "",
                                        " (expected: llama.cpp); run ./caravan engine install")));
    }

    static LoadOutcome.Failed unreadable(Load load, List<AgentStatus> agents) {
        return failed(
                FaultCode.LOAD_FAILED,
                load,
                agents.stream()
                        .map(
                                agent ->
                                        "agent %s cannot read its file: %s"
                                                .formatted(
                                                        agent.id(),
                                                        agent.model(load.digest())
                                                                .map(StoredModel::fault)
                                                                .orElse("")))
                        .collect(
                                Collectors.joining(
                                        "; ", "", " (expected: a whole GGUF); import it again")));
    }

    static LoadOutcome.Failed allLost(Load load) {
        return failed(
                FaultCode.UPSTREAM_FAILED,
                load,
                load.lost().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> "agent %s %s".formatted(entry.getKey(), entry.getValue()))
                        .collect(
                                Collectors.joining(
                                        "; ",
                                        "",
                                        " (expected: an agent that answers); try again")));
    }

    static LoadOutcome.Failed noFit(
            Load load, ByteSize need, Placement.NoFit noFit, ModelFacts facts, int slots) {
        long context = MemoryNeed.contextWithin(noFit.room(), facts, slots);
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                ("needs %s for %d tokens of context in %d slots; %s (%d bytes) are missing on agent"
                                + " %s, which can give %s (expected: to fit one agent); %s")
                        .formatted(
                                need,
                                load.contextLength(),
                                slots,
                                noFit.shortfall(),
                                noFit.shortfall().bytes(),
                                noFit.best(),
                                noFit.room(),
                                context >= LEAST_CONTEXT && context < load.contextLength()
                                        ? "it fits with num_ctx up to " + context
                                        : "use a smaller model or give an agent more memory"));
    }

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

    static LoadOutcome.Failed stillBusy(Load load, AgentId agent, Duration timeout) {
        return failed(
                FaultCode.NO_CAPACITY,
                load,
                "models with running requests held the memory of agent %s for %s (expected: one that gets idle); try again"
                        .formatted(agent, timeout));
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

    private static String ids(List<AgentStatus> agents) {
        return agents.stream().map(agent -> agent.id().value()).collect(Collectors.joining(", "));
    }

    private static LoadOutcome.Failed failed(FaultCode code, Load load, String detail) {
        return new LoadOutcome.Failed(code, "model %s: %s".formatted(load.model(), detail));
    }
}
