package dev.caravan.scheduler.app;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Shows and changes policies. A policy holds as soon as one holder has written it down; the others
 * are told until they have it.
 */
public final class PolicyOffice {

    private static final Logger log = LoggerFactory.getLogger(PolicyOffice.class);

    private final Coordinator coordinator;
    private final PolicyLink link;
    private final PolicyCache cache;

    public PolicyOffice(Coordinator coordinator, PolicyLink link, PolicyCache cache) {
        this.coordinator = coordinator;
        this.link = link;
        this.cache = cache;
    }

    /** What holds for a model, configured defaults included. */
    public Mono<PolicyOutcome> get(ModelRef model) {
        return coordinator.ask(
                desk ->
                        !desk.isLeading()
                                ? new PolicyOutcome.NotLeading()
                                : desk.policies().holders(model).isEmpty()
                                        ? new PolicyOutcome.Refused(unknown(model))
                                        : new PolicyOutcome.Holds(desk.policies().of(model)));
    }

    /** Replaces the policy of a model; its version is given here. */
    public Mono<PolicyOutcome> put(ModelRef model, ModelPolicy policy) {
        return coordinator
                .ask(desk -> desk.order(model, policy))
                .flatMap(
                        order ->
                                switch (order) {
                                    case PolicyOrder.NotLeading() ->
                                            Mono.just(new PolicyOutcome.NotLeading());
                                    case PolicyOrder.Refused(var failure) ->
                                            Mono.just(new PolicyOutcome.Refused(failure));
                                    case PolicyOrder.Tell(var numbered, var holders) ->
                                            tell(model, numbered, holders);
                                });
    }

    private Mono<PolicyOutcome> tell(
            ModelRef model, ModelPolicy policy, List<AgentStatus> holders) {
        return Flux.fromIterable(holders)
                .flatMap(agent -> offer(agent, model, policy))
                .filter(taken -> taken)
                .count()
                .flatMap(
                        taken ->
                                taken == 0
                                        ? Mono.just(
                                                new PolicyOutcome.Refused(nobody(model, holders)))
                                        : holds(model, policy));
    }

    private Mono<Boolean> offer(AgentStatus agent, ModelRef model, ModelPolicy policy) {
        return link.offer(agent.address(), model, policy)
                .doOnError(
                        failure ->
                                log.atWarn()
                                        .addKeyValue("agent", agent.id())
                                        .addKeyValue("model", model)
                                        .addKeyValue("reason", failure.toString())
                                        .log("agent was not told the policy; it will be"))
                .onErrorReturn(false);
    }

    private Mono<PolicyOutcome> holds(ModelRef model, ModelPolicy policy) {
        log.atInfo()
                .addKeyValue("model", model)
                .addKeyValue("version", policy.version())
                .log("policy put");
        cache.write(model, policy)
                .subscribe(
                        _ -> {},
                        away ->
                                log.atDebug()
                                        .addKeyValue("model", model)
                                        .setCause(away)
                                        .log("policy not cached"));
        return coordinator.ask(
                desk -> {
                    desk.policies().put(model, policy);
                    return new PolicyOutcome.Holds(policy);
                });
    }

    private static LoadOutcome.Failed unknown(ModelRef model) {
        return new LoadOutcome.Failed(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(model.display()));
    }

    private static LoadOutcome.Failed nobody(ModelRef model, List<AgentStatus> holders) {
        return new LoadOutcome.Failed(
                FaultCode.UPSTREAM_FAILED,
                "model %s: no holder took the policy: %s (expected: one that answers); try again"
                        .formatted(
                                model,
                                PlanReasons.ids(holders.stream().map(AgentStatus::id).toList())));
    }
}
