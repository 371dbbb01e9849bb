package dev.caravan.scheduler.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.scheduler.app.PolicyOffice;
import dev.caravan.scheduler.app.PolicyOutcome;
import dev.caravan.scheduler.translation.PolicyMessages;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.Routes;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Shows and replaces the policy of a model. */
@RestController
class PolicyController {

    private final PolicyOffice policies;

    PolicyController(PolicyOffice policies) {
        this.policies = policies;
    }

    @GetMapping(Routes.POLICY)
    Mono<PolicyMessage> policy(@RequestParam(defaultValue = "") String model) {
        return policies.get(Demands.model(model)).map(PolicyController::message);
    }

    @PutMapping(Routes.POLICY)
    Mono<PolicyMessage> replace(@RequestBody PolicyChange change) {
        return policies.put(Demands.model(change.model()), PolicyMessages.policy(change.policy()))
                .map(PolicyController::message);
    }

    private static PolicyMessage message(PolicyOutcome outcome) {
        return switch (outcome) {
            case PolicyOutcome.Holds(var policy) -> PolicyMessages.message(policy);
            case PolicyOutcome.Refused(var failure) ->
                    throw new CaravanException(failure.code(), failure.detail());
            case PolicyOutcome.NotLeading() -> throw LoadController.notLeading();
        };
    }
}
