package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.placement.AgentRoom;
import dev.caravan.core.placement.FitPlan;
import dev.caravan.core.placement.FitRequest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Says what a load would do, and does nothing. */
final class PlanDesk {

    private final Settings settings;
    private final AgentBook agents;
    private final Policies policies;

    PlanDesk(Settings settings, AgentBook agents, Policies policies) {
        this.settings = settings;
        this.agents = agents;
        this.policies = policies;
    }

    /**
     * @param rooms what agents can offer to a model of that digest
     * @param leftOut agents that are not used for that digest now, with the reason
     * @param standby how it stands with the standbys of that digest
     */
    PlanAnswer answer(
            PlanQuery query,
            Function<ModelDigest, List<AgentRoom>> rooms,
            Function<ModelDigest, Map<AgentId, String>> leftOut,
            Function<ModelDigest, Optional<Standby>> standby) {
        Optional<ModelDigest> digest = query.digest().or(() -> newest(query.model()));
        if (digest.isEmpty()) {
            return new PlanAnswer.Unknown(query.model());
        }
        ModelPolicy policy = policies.of(query.model());
        int context = context(query, policy, digest.get());
        int slots = Settings.planned(settings.slots());
        Wanted wanted =
                new Wanted(
                        query.model(),
                        digest.get(),
                        context,
                        query.distributed(),
                        query.ranges().isEmpty() ? policy : policy.with(query.ranges()),
                        leftOut.apply(digest.get()));
        Fit fit = Planner.fit(wanted, agents.all(), rooms.apply(digest.get()), slots);
        Map<AgentId, AgentSnapshot> snapshots = new HashMap<>();
        agents.all().forEach(agent -> snapshots.put(agent.id(), agent.snapshot()));
        return new PlanAnswer.Answered(
                query.model(),
                digest.get(),
                context,
                slots,
                policy.continuation(),
                fit,
                reason(wanted, fit),
                snapshots,
                wanted.lost(),
                standby.apply(digest.get()));
    }

    private int context(PlanQuery query, ModelPolicy policy, ModelDigest digest) {
        int wished = query.contextLength() > 0 ? query.contextLength() : settings.contextLength();
        return agents.trainedAtMost(digest, Math.max(wished, policy.contextLength().orElse(0)));
    }

    /** Of two digests under one name the one that was modified last has the name. */
    private Optional<ModelDigest> newest(ModelRef model) {
        return policies.holders(model).stream()
                .flatMap(agent -> Policies.held(agent, model).stream())
                .max(Comparator.comparingLong(StoredModel::modifiedAt))
                .map(StoredModel::digest);
    }

    private static Optional<LoadOutcome.Failed> reason(Wanted wanted, Fit fit) {
        return switch (fit) {
            case Fit.Refused(var failure) -> Optional.of(failure);
            case Fit.Planned(var request, var plan) -> reason(wanted, request, plan);
        };
    }

    private static Optional<LoadOutcome.Failed> reason(
            Wanted wanted, FitRequest request, FitPlan plan) {
        return switch (plan) {
            case FitPlan.Single _, FitPlan.Split _ -> Optional.empty();
            case FitPlan.Later(var held, _) ->
                    Optional.of(
                            new LoadOutcome.Failed(
                                    FaultCode.NO_CAPACITY,
                                    "model %s: fits when busy or leaving models on agents %s are gone (expected: idle ones); it would wait for them"
                                            .formatted(wanted.model(), PlanReasons.ids(held))));
            case FitPlan.NoFit noFit -> Optional.of(PlanReasons.noFit(wanted, request, noFit));
            case FitPlan.Unlike unlike -> Optional.of(PlanReasons.unlike(wanted, unlike));
            case FitPlan.TooFew few -> Optional.of(PlanReasons.tooFew(wanted, few));
        };
    }
}
