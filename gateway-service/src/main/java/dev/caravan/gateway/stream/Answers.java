package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.app.AdmissionControl;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.GatewayMeters.Outcome;
import dev.caravan.gateway.app.RunningRequests;
import dev.caravan.gateway.app.Ticket;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;

/** Answers requests: a place in line, a replica, its frames; everything held is given back once. */
public final class Answers {

    private final AdmissionControl admission;
    private final Failover failover;
    private final RunningRequests running;
    private final GatewayMeters meters;

    public Answers(
            AdmissionControl admission,
            Failover failover,
            RunningRequests running,
            GatewayMeters meters) {
        this.admission = admission;
        this.failover = failover;
        this.running = running;
        this.meters = meters;
    }

    /**
     * The answer as it comes; each list is what arrived together.
     *
     * @param operation "chat" or "text_completion", for the metrics
     */
    public Flux<Part> answer(RunRequest request, String operation) {
        return Flux.using(() -> new Run(request, operation), Run::parts, Run::end);
    }

    /**
     * @param frames Pieces, or what was asked for instead, and at last one End
     * @param waited arrival to the slot that answers
     * @param elapsed since arrival
     */
    public record Part(List<RunFrame> frames, Duration waited, Duration elapsed) {}

    /** One request from its arrival to its end. */
    private final class Run {

        private final RunRequest request;
        private final String operation;
        private final Ticket ticket;
        private final RunningRequests.Entry entry;
        private final long start = meters.now();
        private long firstPiece;
        private Outcome outcome = Outcome.CANCELLED;
        private String errorType = "none";

        Run(RunRequest request, String operation) {
            this.request = request;
            this.operation = operation;
            this.ticket = admission.open(request);
            this.entry = running.add(ticket);
        }

        Flux<Part> parts() {
            return failover.stream(ticket, entry)
                    .doOnNext(this::received)
                    .doOnComplete(() -> outcome = Outcome.OK)
                    .doOnError(this::failed)
                    .map(frames -> new Part(frames, ticket.waited(), meters.since(start)));
        }

        void end() {
            ticket.release();
            running.remove(ticket);
            Duration took = meters.since(start);
            meters.ended(request.model(), operation, outcome, errorType, took);
        }

        private void received(List<RunFrame> frames) {
            if (firstPiece == 0) {
                firstPiece = meters.now();
                meters.firstToken(request.model(), operation, meters.since(start));
            }
            entry.received(frames);
            if (frames.getLast() instanceof RunFrame.End end) {
                meters.tokens(
                        request.model(),
                        operation,
                        end.promptTokens(),
                        end.answerTokens(),
                        meters.since(firstPiece));
            }
        }

        private void failed(Throwable fault) {
            FaultCode code =
                    fault instanceof CaravanException known ? known.code() : FaultCode.INTERNAL;
            outcome = ticket.wasServed() ? Outcome.ERROR : Outcome.REJECTED;
            errorType = GatewayMeters.lower(code);
            if (!ticket.wasServed()) {
                meters.rejected(code);
            }
        }
    }
}
