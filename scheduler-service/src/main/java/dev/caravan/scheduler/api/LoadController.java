package dev.caravan.scheduler.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.scheduler.app.Coordinator;
import dev.caravan.scheduler.app.LoadOutcome;
import dev.caravan.scheduler.app.Settings;
import dev.caravan.scheduler.translation.Views;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.UnloadMessage;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Loads and unloads, as gateways wish for them. */
@RestController
class LoadController {

    private static final LoadAnswer PENDING =
            new LoadAnswer(LoadAnswer.State.PENDING, 0, 0, null, null, null, null);

    /** What is known at once must not lose against a wait of zero. */
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

    private final Coordinator coordinator;
    private final Duration longestWait;

    LoadController(Coordinator coordinator, Settings settings) {
        this.coordinator = coordinator;
        this.longestWait = settings.longestWait();
    }

    /** Answers when the load is over, at the latest after the wait that was asked for. */
    @PostMapping(Routes.LOADS)
    Mono<LoadAnswer> load(@RequestBody LoadMessage message) {
        Duration wait =
                Duration.ofMillis(
                        Math.clamp(
                                message.waitMillis(),
                                SHORTEST_WAIT.toMillis(),
                                longestWait.toMillis()));
        return coordinator
                .load(Demands.read(message))
                .map(LoadController::answer)
                .timeout(wait, Mono.just(PENDING));
    }

    private static LoadAnswer answer(LoadOutcome outcome) {
        return switch (outcome) {
            case LoadOutcome.Ready(var version, var agent, var replica) ->
                    new LoadAnswer(
                            LoadAnswer.State.READY,
                            version.epoch(),
                            version.number(),
                            Views.replica(replica),
                            Views.agent(agent),
                            null,
                            null);
            case LoadOutcome.Failed(var code, var detail) ->
                    new LoadAnswer(LoadAnswer.State.FAILED, 0, 0, null, null, code.name(), detail);
            case LoadOutcome.NotLeading() -> throw notLeading();
        };
    }

    @PostMapping(Routes.UNLOADS)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> unload(@RequestBody UnloadMessage message) {
        return coordinator
                .unload(Demands.digest(message.digest()))
                .doOnNext(
                        leading -> {
                            if (!leading) {
                                throw notLeading();
                            }
                        })
                .then();
    }

    static CaravanException notLeading() {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "this scheduler is not the leader (expected: the one that holds the lease); try the next");
    }
}
