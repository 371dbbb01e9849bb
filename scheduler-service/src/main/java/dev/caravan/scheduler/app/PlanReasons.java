package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.FitRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Why nothing could be planned, in words that name the value, what was expected, the way out. */
final class PlanReasons {

    private PlanReasons() {}

    static LoadOutcome.Failed notHeld(Wanted wanted, boolean noAgents) {
        return noAgents
                ? failed(
                        FaultCode.NO_CAPACITY,
                        wanted,
                        "no agent is known yet (expected: at least one); see ./caravan status")
                : failed(
                        FaultCode.MODEL_NOT_FOUND,
                        wanted,
                        "no agent holds digest %s (expected: at least one); see ./caravan import"
                                .formatted(wanted.digest()));
    }

    static LoadOutcome.Failed allDown(Wanted wanted, List<AgentStatus> holders) {
        return failed(
                FaultCode.NO_CAPACITY,
                wanted,
                "agents that hold it are down: %s (expected: one that answers); see ./caravan status"
                        .formatted(ids(holders.stream().map(AgentStatus::id).toList())));
    }

    static LoadOutcome.Failed noEngine(Wanted wanted, List<AgentStatus> agents) {
        return failed(
                FaultCode.LOAD_FAILED,
                wanted,
                agents.stream()
                        .map(
                                agent ->
                                        "agent %s has no engine: %s"
                                                .formatted(agent.id(), agent.engineFault()))
                        .collect(
                                Collectors.joining(
                                        "; ",
                                        "",
                                        " (expected: llama.cpp); run ./caravan engine install")));
    }

    static LoadOutcome.Failed unreadable(Wanted wanted, List<AgentStatus> agents) {
        return failed(
                FaultCode.LOAD_FAILED,
                wanted,
                agents.stream()
                        .map(
                                agent ->
                                        "agent %s cannot read its file: %s"
                                                .formatted(
                                                        agent.id(),
                                                        agent.model(wanted.digest())
                                                                .map(StoredModel::fault)
                                                                .orElse("")))
                        .collect(
                                Collectors.joining(
                                        "; ", "", " (expected: a whole GGUF); import it again")));
    }

    static LoadOutcome.Failed allLost(Wanted wanted) {
        return failed(
                FaultCode.UPSTREAM_FAILED,
                wanted,
                lost(wanted) + " (expected: an agent that answers); try again");
    }

    private static String lost(Wanted wanted) {
        return lost(wanted.lost());
    }

    static String lost(Map<AgentId, String> agents) {
        return agents.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> "agent %s %s".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("; "));
    }

    static LoadOutcome.Failed noFit(Wanted wanted, FitRequest request, FitPlan.NoFit noFit) {
        boolean several = noFit.agents().size() > 1;
        String wayOut =
                noFit.fittingContext().isPresent()
                        ? "it fits with num_ctx up to " + noFit.fittingContext().getAsInt()
                        : "use a smaller model or give an agent more memory";
        return failed(
                FaultCode.NO_CAPACITY,
                wanted,
                ("needs %s for %d tokens of context in %d slots; %s (%d bytes) are missing on agent%s"
                                + " %s, which can give %s (expected: to fit %s); %s%s")
                        .formatted(
                                noFit.need(),
                                request.contextLength(),
                                request.slots(),
                                noFit.shortfall(),
                                noFit.shortfall().bytes(),
                                several ? "s" : "",
                                ids(noFit.agents()),
                                noFit.room(),
                                several ? "them together" : "one agent",
                                wayOut,
                                wanted.lost().isEmpty() ? "" : "; " + lost(wanted)));
    }

    static LoadOutcome.Failed unlike(Wanted wanted, FitPlan.Unlike unlike) {
        return failed(
                FaultCode.NO_CAPACITY,
                wanted,
                "no agents with equal engines have the memory together: %s (expected: the same build and RPC protocol%s); run ./caravan engine install where it differs"
                        .formatted(
                                unlike.engines().entrySet().stream()
                                        .map(
                                                entry ->
                                                        "%s on %s"
                                                                .formatted(
                                                                        entry.getKey(),
                                                                        ids(entry.getValue())))
                                        .sorted()
                                        .collect(Collectors.joining("; ")),
                                unlike.engines().keySet().stream()
                                                .anyMatch(kind -> !kind.backends().isBlank())
                                        ? ", with the policy exact also the same backends"
                                        : ""));
    }

    static LoadOutcome.Failed tooFew(Wanted wanted, FitPlan.TooFew few) {
        return failed(
                FaultCode.NO_CAPACITY,
                wanted,
                "is to be split over %d agents, and %d with equal engines and its file among them are there%s (expected: %d); add an agent, or load it with distributed false%s"
                        .formatted(
                                few.wished(),
                                few.agents().size(),
                                few.agents().isEmpty() ? "" : ": " + ids(few.agents()),
                                few.wished(),
                                wanted.lost().isEmpty() ? "" : "; " + lost(wanted)));
    }

    static LoadOutcome.Failed staleRanges(Wanted wanted, String detail) {
        return failed(
                FaultCode.NO_CAPACITY,
                wanted,
                "its forced ranges cannot be had: %s; change them with ./caravan policy %s"
                        .formatted(detail, wanted.model()));
    }

    static String ids(Collection<AgentId> agents) {
        return agents.stream().map(AgentId::value).collect(Collectors.joining(", "));
    }

    private static LoadOutcome.Failed failed(FaultCode code, Wanted wanted, String detail) {
        return new LoadOutcome.Failed(code, "model %s: %s".formatted(wanted.model(), detail));
    }
}
