package dev.caravan.scheduler.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.scheduler.app.Coordinator;
import dev.caravan.scheduler.app.ModelPolicy;
import dev.caravan.scheduler.app.PlanAnswer;
import dev.caravan.scheduler.app.PlanQuery;
import dev.caravan.scheduler.translation.Plans;
import dev.caravan.wire.PlanMessage;
import dev.caravan.wire.Routes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Says what a load would do. */
@RestController
class PlanController {

    private final Coordinator coordinator;

    PlanController(Coordinator coordinator) {
        this.coordinator = coordinator;
    }

    @GetMapping(Routes.PLAN)
    Mono<PlanMessage> plan(
            @RequestParam(defaultValue = "") String model,
            @RequestParam(defaultValue = "") String digest,
            @RequestParam(defaultValue = "") String contextLength,
            @RequestParam(defaultValue = "") String distributed,
            @RequestParam(defaultValue = "") String ranges) {
        PlanQuery query =
                new PlanQuery(
                        Demands.model(model),
                        digest.isBlank() ? Optional.empty() : Optional.of(Demands.digest(digest)),
                        context(contextLength),
                        wish(distributed),
                        ranges(ranges));
        return coordinator.plan(query).map(PlanController::message);
    }

    private static PlanMessage message(PlanAnswer answer) {
        return switch (answer) {
            case PlanAnswer.Answered answered -> Plans.message(answered);
            case PlanAnswer.Unknown(var model) ->
                    throw new CaravanException(
                            FaultCode.MODEL_NOT_FOUND,
                            "model '%s' not found".formatted(model.display()));
            case PlanAnswer.NotLeading() -> throw LoadController.notLeading();
        };
    }

    private static int context(String text) {
        try {
            return text.isBlank() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    "contextLength: \"%s\" (expected: a whole number >= 0)".formatted(text), wrong);
        }
    }

    private static Optional<Boolean> wish(String text) {
        return switch (text) {
            case "" -> Optional.empty();
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default ->
                    throw new IllegalArgumentException(
                            "distributed: \"%s\" (expected: true or false)".formatted(text));
        };
    }

    private static List<ModelPolicy.Range> ranges(String text) {
        return text.isBlank()
                ? List.of()
                : Stream.of(text.split(",")).map(ModelPolicy.Range::parse).toList();
    }
}
