package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.routing.RetryBudget;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToldBefore.OtherText;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.ReplicaHealth;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.app.RunningRequests;
import dev.caravan.gateway.app.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.util.retry.Retry;

/**
 * Runs a request on one replica after another until its answer is complete.
 *
 * <p>As long as nothing has gone to the client: a replica without a slot sends the request back to
 * its place in the line, which is no failure of anybody; a replica that broke is avoided and the
 * next one tried, within a number for each request and a {@link RetryBudget} for all. Heads and
 * progress are not passed on, so a replica that dies while it evaluates the prompt is replaced too.
 *
 * <p>Once a piece has gone out the answer is continued on another replica by its {@link Course},
 * with one attempt after the other failing at most as often as a request may be tried again. That
 * takes nothing out of the budget: it repeats no request, and replicas do not die by being asked.
 */
public final class Failover {

    /**
     * @param retries other replicas one request may try in a row without a new piece
     * @param continuation whether answers that the client has a part of are continued
     */
    public record Limits(int retries, boolean continuation) {}

    private static final Logger log = LoggerFactory.getLogger(Failover.class);

    private final Replicas replicas;
    private final RetryBudget budget;
    private final Limits limits;
    private final GatewayMeters meters;

    public Failover(Replicas replicas, RetryBudget budget, Limits limits, GatewayMeters meters) {
        this.replicas = replicas;
        this.budget = budget;
        this.limits = limits;
        this.meters = meters;
    }

    /** Pieces and then one End, or an error. */
    Flux<List<RunFrame>> stream(Ticket ticket, RunningRequests.Entry entry) {
        return Flux.defer(
                () -> {
                    budget.deposit();
                    Attempts attempts = new Attempts(ticket, entry);
                    return Flux.defer(attempts::next)
                            .retryWhen(
                                    Retry.from(
                                            failures ->
                                                    failures.concatMap(
                                                            failure ->
                                                                    attempts.again(
                                                                            failure.failure()))));
                });
    }

    /** One request's tries; touched by one signal at a time. */
    private final class Attempts {

        private final Ticket ticket;
        private final RunningRequests.Entry entry;
        private final Course course;
        private int failed;

        Attempts(Ticket ticket, RunningRequests.Entry entry) {
            this.ticket = ticket;
            this.entry = entry;
            this.course = new Course(ticket.request(), meters::now, this::wentOn);
        }

        private void wentOn(Duration pause) {
            failed = 0;
            meters.continued(ticket.request().model(), pause);
        }

        Flux<List<RunFrame>> next() {
            return ticket.slot()
                    .onErrorMap(CaravanException.class, this::forClient)
                    .flatMapMany(
                            target -> {
                                entry.on(target.agent().id());
                                return run(target);
                            });
        }

        private Flux<List<RunFrame>> run(Loaded target) {
            return replicas.run(target, course.on(target))
                    .onErrorMap(fault -> Failover.failed(target, fault))
                    .<List<RunFrame>>handle((frames, sink) -> pass(target, frames, sink))
                    .doOnComplete(() -> ticket.went(ReplicaHealth.Outcome.WELL))
                    .doOnError(ReplicaFailed.class, broken -> ticket.went(broken.outcome()))
                    // before the next attempt hears of it, else its slot would be given back
                    .doOnTerminate(ticket::leaveSlot);
        }

        private void pass(
                Loaded target, List<RunFrame> frames, SynchronousSink<List<RunFrame>> sink) {
            List<RunFrame> visible = new ArrayList<>(frames.size());
            Optional<ReplicaFailed> failure = Optional.empty();
            try {
                for (RunFrame frame : frames) {
                    take(target, frame, visible);
                }
            } catch (ReplicaFailed broken) {
                failure = Optional.of(broken);
            } catch (OtherText other) {
                failure = Optional.of(ReplicaFailed.saysOther(target, other));
            }
            if (!visible.isEmpty()) {
                sink.next(visible);
            }
            failure.ifPresent(sink::error);
        }

        private void take(Loaded target, RunFrame frame, List<RunFrame> visible) {
            switch (frame) {
                case RunFrame.Head head -> course.begun(head);
                case RunFrame.Progress _ -> {}
                case RunFrame.Piece piece -> {
                    RunFrame.Piece rest = course.piece(piece);
                    if (rest != null) {
                        visible.add(rest);
                    }
                }
                case RunFrame.End end -> visible.add(course.end(end));
                case RunFrame.Rendered _, RunFrame.Vector _ -> visible.add(frame);
                case RunFrame.Fail(var code, var message, var repeatable) ->
                        throw new ReplicaFailed(
                                target, new CaravanException(code, message), repeatable);
            }
        }

        /** Completes where there is to be one more try. */
        Mono<Boolean> again(Throwable failure) {
            if (!(failure instanceof ReplicaFailed broken)) {
                return Mono.error(failure);
            }
            if (broken.fault().code() == FaultCode.BUSY) {
                return Mono.just(true);
            }
            tell(broken);
            boolean goesOn = course.isFresh() ? anew(broken) : further(broken);
            if (goesOn) {
                return Mono.just(true);
            }
            return Mono.error(
                    broken.repeatable() ? forClient(broken.fault()) : known(broken.fault()));
        }

        private void tell(ReplicaFailed broken) {
            if (broken.outcome() == ReplicaHealth.Outcome.FAILED) {
                log.atWarn()
                        .addKeyValue("request", ticket.request().id())
                        .addKeyValue("replica", broken.target().replica().id())
                        .addKeyValue("agent", broken.target().agent().id())
                        .addKeyValue("why", broken.getMessage())
                        .log("replica failed a request");
            }
        }

        private boolean anew(ReplicaFailed broken) {
            if (!broken.repeatable()) {
                return false;
            }
            ticket.avoid(broken.target().replica().id());
            if (failed >= limits.retries() || !budget.withdraw()) {
                return false;
            }
            failed++;
            meters.retried(ticket.request().model(), broken.fault().code());
            return true;
        }

        private boolean further(ReplicaFailed broken) {
            if (!limits.continuation() || !course.after(broken)) {
                return false;
            }
            boolean refused = broken.fault().code() == FaultCode.INVALID_REQUEST;
            if (!refused && !broken.saysOther()) {
                ticket.avoid(broken.target().replica().id());
            }
            return failed++ < limits.retries();
        }

        private CaravanException forClient(CaravanException fault) {
            return course.isFresh() || !limits.continuation()
                    ? known(fault)
                    : course.brokenOff(fault);
        }
    }

    private static ReplicaFailed failed(Loaded target, Throwable fault) {
        return switch (fault) {
            case ReplicaFailed known -> known;
            case EngineRefusal answer -> new ReplicaFailed(target, answer, false);
            case CaravanException known ->
                    new ReplicaFailed(target, known, known.code().isOfReplica());
            default ->
                    new ReplicaFailed(
                            target,
                            new CaravanException(FaultCode.INTERNAL, String.valueOf(fault), fault),
                            false);
        };
    }

    /** A replica that is gone is not a model that is unknown. */
    private static CaravanException known(CaravanException fault) {
        return fault.code() == FaultCode.MODEL_NOT_FOUND && !(fault instanceof EngineRefusal)
                ? new CaravanException(
                        FaultCode.UPSTREAM_FAILED, String.valueOf(fault.getMessage()), fault)
                : fault;
    }
}
