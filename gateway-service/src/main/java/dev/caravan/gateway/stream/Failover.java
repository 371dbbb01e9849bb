package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.routing.RetryBudget;
import dev.caravan.core.run.RunFrame;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.app.RunningRequests;
import dev.caravan.gateway.app.Ticket;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.util.retry.Retry;

/**
 * Runs a request on one replica after another until one begins to answer.
 *
 * <p>As long as nothing has gone to the client: a replica without a slot sends the request back to
 * its place in the line, which is no failure of anybody; a replica that broke is avoided and the
 * next one tried, within a number for each request and a {@link RetryBudget} for all. Heads and
 * progress are not passed on, so a replica that dies while it evaluates the prompt is replaced too.
 * Once a piece has gone out, what happens is passed on as it is.
 */
public final class Failover {

    private final Replicas replicas;
    private final RetryBudget budget;
    private final int mostRetries;
    private final GatewayMeters meters;

    /**
     * @param mostRetries other replicas one request may try after the first
     */
    public Failover(Replicas replicas, RetryBudget budget, int mostRetries, GatewayMeters meters) {
        this.replicas = replicas;
        this.budget = budget;
        this.mostRetries = mostRetries;
        this.meters = meters;
    }

    /** What one request has come to; touched by one signal at a time. */
    private static final class Attempts {
        private boolean started;
        private int retries;
    }

    /** Pieces and then one End, or an error. */
    Flux<List<RunFrame>> stream(Ticket ticket, RunningRequests.Entry entry) {
        return Flux.defer(
                () -> {
                    budget.deposit();
                    Attempts attempts = new Attempts();
                    return Flux.defer(() -> attempt(ticket, entry, attempts))
                            .retryWhen(
                                    Retry.from(
                                            failures ->
                                                    failures.concatMap(
                                                            failure ->
                                                                    again(
                                                                            ticket,
                                                                            failure.failure(),
                                                                            attempts))))
                            .onErrorMap(ReplicaFailed.class, Failover::forClient);
                });
    }

    private Flux<List<RunFrame>> attempt(
            Ticket ticket, RunningRequests.Entry entry, Attempts attempts) {
        return ticket.slot()
                .flatMapMany(
                        target -> {
                            entry.on(target.agent().id());
                            return run(target, ticket, attempts);
                        });
    }

    private Flux<List<RunFrame>> run(Loaded target, Ticket ticket, Attempts attempts) {
        return replicas.run(target, ticket.request())
                .onErrorMap(fault -> failed(target, fault))
                .<List<RunFrame>>handle((frames, sink) -> pass(target, frames, sink, attempts))
                // before the next attempt hears of it, else its slot would be given back
                .doOnTerminate(ticket::leaveSlot);
    }

    private static void pass(
            Loaded target,
            List<RunFrame> frames,
            SynchronousSink<List<RunFrame>> sink,
            Attempts attempts) {
        List<RunFrame> visible = new ArrayList<>(frames.size());
        for (RunFrame frame : frames) {
            switch (frame) {
                case RunFrame.Head _, RunFrame.Progress _ -> {}
                case RunFrame.Piece _, RunFrame.End _, RunFrame.Rendered _, RunFrame.Vector _ ->
                        visible.add(frame);
                case RunFrame.Fail(var code, var message, var repeatable) -> {
                    emit(visible, sink, attempts);
                    var fault = new CaravanException(code, message);
                    sink.error(new ReplicaFailed(target, fault, repeatable));
                    return;
                }
            }
        }
        emit(visible, sink, attempts);
    }

    private static void emit(
            List<RunFrame> visible, SynchronousSink<List<RunFrame>> sink, Attempts attempts) {
        if (!visible.isEmpty()) {
            attempts.started = true;
            sink.next(visible);
        }
    }

    private static ReplicaFailed failed(Loaded target, Throwable fault) {
        return switch (fault) {
            case EngineRefusal answer -> new ReplicaFailed(target, answer, false);
            case CaravanException known ->
                    new ReplicaFailed(target, known, isRepeatable(known.code()));
            default ->
                    new ReplicaFailed(
                            target,
                            new CaravanException(FaultCode.INTERNAL, String.valueOf(fault), fault),
                            false);
        };
    }

    private static boolean isRepeatable(FaultCode code) {
        return switch (code) {
            case BUSY, MODEL_NOT_FOUND, UPSTREAM_FAILED, UPSTREAM_TIMEOUT -> true;
            case INVALID_REQUEST, QUEUE_FULL, NO_CAPACITY, LOAD_FAILED, FORBIDDEN, INTERNAL ->
                    false;
        };
    }

    private Mono<Boolean> again(Ticket ticket, Throwable failure, Attempts attempts) {
        if (!(failure instanceof ReplicaFailed failed)
                || attempts.started
                || !failed.repeatable()) {
            return Mono.error(failure);
        }
        if (failed.fault().code() == FaultCode.BUSY) {
            return Mono.just(true);
        }
        ticket.avoid(failed.target().replica().id());
        if (attempts.retries >= mostRetries || !budget.withdraw()) {
            return Mono.error(failure);
        }
        attempts.retries++;
        meters.retried(ticket.request().model(), failed.fault().code());
        return Mono.just(true);
    }

    /** A replica that is gone is not a model that is unknown. */
    private static CaravanException forClient(ReplicaFailed failed) {
        CaravanException fault = failed.fault();
        return fault.code() == FaultCode.MODEL_NOT_FOUND && !(fault instanceof EngineRefusal)
                ? new CaravanException(
                        FaultCode.UPSTREAM_FAILED, String.valueOf(fault.getMessage()), fault)
                : fault;
    }
}
