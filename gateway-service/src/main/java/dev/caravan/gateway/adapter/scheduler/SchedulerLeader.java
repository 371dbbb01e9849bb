package dev.caravan.gateway.adapter.scheduler;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.mapping.WireRuns;
import dev.caravan.wire.Refusal;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks the scheduler's instances in turn; those that do not lead refuse. */
final class SchedulerLeader {

    private final Supplier<List<URI>> schedulers;
    private final String purpose;
    private volatile boolean away;

    /**
     * @param schedulers base URLs of the scheduler's instances
     * @param purpose what does not go without them, for people
     */
    SchedulerLeader(Supplier<List<URI>> schedulers, String purpose) {
        this.schedulers = schedulers;
        this.purpose = purpose;
    }

    /** Whether no scheduler answered when one was asked last. */
    boolean away() {
        return away;
    }

    /** The first answer that any instance gives. */
    <T> Mono<T> answer(Function<URI, Mono<T>> call) {
        return first(call, _ -> false);
    }

    /** The first answer, or the first refusal that is not for want of a leader. */
    <T> Mono<T> answerOrRefusal(Function<URI, Mono<T>> call) {
        return first(
                call,
                answered -> !answered.getStatusCode().isSameCodeAs(HttpStatus.SERVICE_UNAVAILABLE));
    }

    private <T> Mono<T> first(
            Function<URI, Mono<T>> call, Function<WebClientResponseException, Boolean> decisive) {
        return Mono.defer(
                () -> {
                    AtomicReference<String> reason =
                            new AtomicReference<>("the registry names none");
                    return Flux.fromIterable(schedulers.get())
                            .concatMap(
                                    scheduler ->
                                            call.apply(scheduler)
                                                    .onErrorResume(
                                                            fault -> {
                                                                if (fault
                                                                                instanceof
                                                                                WebClientResponseException
                                                                                        answered
                                                                        && decisive.apply(
                                                                                answered)) {
                                                                    return Mono.error(
                                                                            refusal(
                                                                                    scheduler,
                                                                                    answered));
                                                                }
                                                                reason.set(
                                                                        describe(scheduler, fault));
                                                                return Mono.empty();
                                                            }),
                                    1)
                            .next()
                            .doOnNext(answer -> away = false)
                            .switchIfEmpty(Mono.error(() -> nobody(reason.get())));
                });
    }

    private CaravanException nobody(String reason) {
        away = true;
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "no scheduler answers, so %s: %s; ask again".formatted(purpose, reason));
    }

    private static CaravanException refusal(URI scheduler, WebClientResponseException answered) {
        Refusal refusal = answered.getResponseBodyAs(Refusal.class);
        return refusal == null
                ? new CaravanException(FaultCode.UPSTREAM_FAILED, describe(scheduler, answered))
                : new CaravanException(
                        WireRuns.fault(refusal.code(), FaultCode.UPSTREAM_FAILED), refusal.error());
    }

    private static String describe(URI scheduler, Throwable fault) {
        if (fault instanceof WebClientResponseException answered) {
            Refusal refusal = answered.getResponseBodyAs(Refusal.class);
            return refusal == null
                    ? scheduler + " answered " + answered.getStatusCode().value()
                    : refusal.error();
        }
        return scheduler + ": " + fault.getMessage();
    }
}
