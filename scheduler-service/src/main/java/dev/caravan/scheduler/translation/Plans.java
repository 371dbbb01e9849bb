package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.core.placement.StagePlan;
import dev.caravan.scheduler.app.Fit;
import dev.caravan.scheduler.app.LoadOutcome;
import dev.caravan.scheduler.app.PlanAnswer.Answered;
import dev.caravan.scheduler.app.Standby;
import dev.caravan.wire.PlanMessage;
import dev.caravan.wire.PlanMessage.Outcome;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Writes what a load would do. */
public final class Plans {

    private Plans() {}

    /** The parts of a message that differ by outcome. */
    private record Parts(
            Outcome outcome,
            @Nullable Long need,
            List<StagePlan> stages,
            List<ReplicaId> evict,
            @Nullable Long shortfall,
            @Nullable Integer fittingContext) {

        static Parts of(Outcome outcome, List<StagePlan> stages, List<ReplicaId> evict) {
            long need = stages.stream().mapToLong(stage -> stage.total().bytes()).sum();
            return new Parts(outcome, need, stages, evict, null, null);
        }

        static Parts bare(Outcome outcome, @Nullable Long need) {
            return new Parts(outcome, need, List.of(), List.of(), null, null);
        }
    }

    public static PlanMessage message(Answered answer) {
        Parts parts =
                switch (answer.fit()) {
                    case Fit.Refused _ -> Parts.bare(Outcome.REFUSED, null);
                    case Fit.Planned(_, var plan) -> parts(plan);
                };
        int layers =
                switch (answer.fit()) {
                    case Fit.Refused _ -> 0;
                    case Fit.Planned(var request, _) -> request.facts().layers();
                };
        return new PlanMessage(
                answer.model().display(),
                answer.digest().hex(),
                answer.contextLength(),
                answer.slots(),
                answer.continuation().label(),
                layers,
                parts.outcome(),
                parts.need(),
                parts.stages().stream()
                        .map(stage -> stage(stage, layers, answer.agents()))
                        .toList(),
                parts.evict().stream().map(ReplicaId::value).toList(),
                parts.shortfall(),
                parts.fittingContext(),
                leftOut(answer.leftOut()),
                answer.standby().map(Plans::standby).orElse(null),
                answer.reason().map(LoadOutcome.Failed::code).map(Enum::name).orElse(null),
                answer.reason().map(LoadOutcome.Failed::detail).orElse(null));
    }

    private static PlanMessage.Standby standby(Standby standby) {
        return new PlanMessage.Standby(
                standby.wanted(),
                standby.ready(),
                standby.reason().isEmpty() ? null : standby.reason());
    }

    private static @Nullable List<PlanMessage.LeftOut> leftOut(Map<AgentId, String> agents) {
        return agents.isEmpty()
                ? null
                : agents.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(
                                each ->
                                        new PlanMessage.LeftOut(
                                                each.getKey().value(), each.getValue()))
                        .toList();
    }

    private static Parts parts(FitPlan plan) {
        return switch (plan) {
            case FitPlan.Single(var whole, var evict) ->
                    Parts.of(Outcome.SINGLE, List.of(whole), evict);
            case FitPlan.Split(var stages, var evict) -> Parts.of(Outcome.SPLIT, stages, evict);
            case FitPlan.Later(_, var need) -> Parts.bare(Outcome.WAIT, need.bytes());
            case FitPlan.NoFit(var need, var shortfall, _, _, var context) ->
                    new Parts(
                            Outcome.NO_FIT,
                            need.bytes(),
                            List.of(),
                            List.of(),
                            shortfall.bytes(),
                            nullable(context));
            case FitPlan.Unlike _, FitPlan.TooFew _ -> Parts.bare(Outcome.REFUSED, null);
        };
    }

    private static @Nullable Integer nullable(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static PlanMessage.Stage stage(
            StagePlan stage, int layers, Map<AgentId, AgentSnapshot> agents) {
        @Nullable AgentSnapshot agent = agents.get(stage.agent());
        @Nullable LayerSpan span = stage.span().filter(held -> held.start() < layers).orElse(null);
        return new PlanMessage.Stage(
                stage.agent().value(),
                agent == null ? "" : agent.hostId(),
                agent == null ? "" : agent.address(),
                stage.role().name(),
                span == null ? null : span.start(),
                span == null ? null : span.lastLayer(layers),
                stage.span().map(held -> held.hasOutput(layers)).orElse(false),
                bytes(stage.weights()),
                bytes(stage.kv()),
                bytes(stage.buffers()),
                bytes(stage.total()),
                bytes(stage.free()));
    }

    private static long bytes(ByteSize size) {
        return size.bytes();
    }
}
