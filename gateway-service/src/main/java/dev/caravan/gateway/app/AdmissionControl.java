package dev.caravan.gateway.app;

import dev.caravan.core.admission.WaitingLine;
import dev.caravan.core.admission.WaitingLine.Outcome;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.routing.RouteDecision;
import dev.caravan.core.run.RunRequest;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Lets requests wait in a line for each model until a replica has a slot, strictly in the order of
 * arrival.
 *
 * <p>The lines are served whenever something happens that can change the answer: an arrival, a slot
 * given back, a load told, a newer view, a load that ended. Serving asks the {@link
 * ReplicaSelector} for the first in line: <em>warm</em> gives it the slot; <em>busy</em> stops the
 * line, for nobody may overtake; <em>cold</em> makes sure that one load is running and goes on to
 * the next, since what is loaded already (with less context, or after one replica failed one
 * request) takes nothing from the one that waits for a load.
 *
 * <p>All state is touched by the tasks of one {@link Serial} only. A waiting request holds no
 * thread.
 */
public final class AdmissionControl {

    /**
     * @param maxInFlight requests that hold a slot at once, over all models
     * @param maxQueued requests that may wait beside them
     * @param coldWait how long a request may wait for a load
     */
    public record Limits(int maxInFlight, int maxQueued, Duration coldWait) {}

    static final String QUEUE_FULL =
            "server busy, please try again.  maximum pending requests exceeded";

    private final ReplicaSelector selector;
    private final ColdStarts coldStarts;
    private final WellReplicas replicas;
    private final Limits limits;
    private final Scheduler scheduler;
    private final GatewayMeters meters;

    private final AtomicLong arrivals = new AtomicLong();
    private final Serial serial = new Serial();
    private final Map<ModelDigest, WaitingLine<Ticket>> lines = new HashMap<>();
    private final HeldSlots slots;
    private int queued;

    public AdmissionControl(
            ReplicaSelector selector,
            ColdStarts coldStarts,
            ReplicaHealth health,
            Limits limits,
            Scheduler scheduler,
            GatewayMeters meters) {
        this.selector = selector;
        this.coldStarts = coldStarts;
        this.replicas = new WellReplicas(selector, health);
        this.slots = new HeldSlots(limits.maxInFlight(), health, meters);
        this.limits = limits;
        this.scheduler = scheduler;
        this.meters = meters;
    }

    /** A place by the order of arrival; whoever takes it releases it. */
    public Ticket open(RunRequest request) {
        return new Ticket(this, request, arrivals.incrementAndGet(), meters.now());
    }

    /** Something changed that the lines may have waited for. */
    public void wake() {
        serial.run(this::serveAll);
    }

    void enter(Ticket ticket, MonoSink<Loaded> sink) {
        serial.run(() -> join(ticket, sink));
        sink.onCancel(() -> serial.run(() -> leave(ticket, sink)));
    }

    void avoid(Ticket ticket, ReplicaId replica) {
        selector.forget(replica);
        serial.run(() -> ticket.avoided.add(replica));
    }

    void leaveSlot(Ticket ticket) {
        serial.run(() -> giveBack(ticket));
    }

    void release(Ticket ticket) {
        serial.run(
                () -> {
                    ticket.released = true;
                    leaveLine(ticket);
                    giveBack(ticket);
                });
    }

    private void join(Ticket ticket, MonoSink<Loaded> sink) {
        if (ticket.released) {
            return;
        }
        giveBack(ticket);
        ticket.waiting = sink;
        line(ticket).join(ticket.arrival(), ticket);
        count(ticket, 1);
        serve(line(ticket));
        boolean mustWait = ticket.waiting == sink;
        if (mustWait && !ticket.served && queued > limits.maxQueued()) {
            fail(ticket, new CaravanException(FaultCode.QUEUE_FULL, QUEUE_FULL));
        }
    }

    private void leave(Ticket ticket, MonoSink<Loaded> sink) {
        if (ticket.waiting == sink) {
            leaveLine(ticket);
        }
    }

    private void serveAll() {
        lines.values().removeIf(WaitingLine::isEmpty);
        List<WaitingLine<Ticket>> inOrder =
                lines.values().stream()
                        .sorted(Comparator.comparingLong(line -> line.first().orElseThrow()))
                        .toList();
        inOrder.forEach(this::serve);
    }

    private void serve(WaitingLine<Ticket> line) {
        line.serve(this::serve);
    }

    private Outcome serve(Ticket ticket) {
        if (slots.areAllTaken()) {
            return Outcome.BLOCKED;
        }
        return switch (replicas.select(ticket.route(), slots::on)) {
            case RouteDecision.Warm(var candidate, _) -> {
                grant(ticket, new Loaded(candidate.replica(), candidate.agent()));
                yield Outcome.SERVED;
            }
            case RouteDecision.Busy() -> Outcome.BLOCKED;
            case RouteDecision.Cold() -> {
                awaitLoad(ticket);
                yield Outcome.SKIPPED;
            }
            case RouteDecision.Refused(var code, var detail) -> {
                answer(ticket).error(new CaravanException(code, detail));
                yield Outcome.SERVED;
            }
        };
    }

    private void grant(Ticket ticket, Loaded slot) {
        MonoSink<Loaded> sink = answer(ticket);
        slots.take(ticket, slot);
        sink.success(slot);
    }

    private void giveBack(Ticket ticket) {
        if (slots.giveBack(ticket)) {
            serial.run(this::serveAll);
        }
    }

    private void awaitLoad(Ticket ticket) {
        if (ticket.cold) {
            return;
        }
        ticket.cold = true;
        if (ticket.deadline == null) {
            ticket.deadline =
                    scheduler.schedule(
                            () -> serial.run(() -> expire(ticket)),
                            limits.coldWait().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
        ticket.load =
                coldStarts
                        .load(LoadWish.of(ticket.request(), ticket.avoided))
                        .subscribe(
                                loaded -> serial.run(() -> loaded(ticket, loaded)),
                                fault -> serial.run(() -> loadFailed(ticket, fault)));
    }

    private void loaded(Ticket ticket, Loaded loaded) {
        ticket.cold = false;
        selector.learn(loaded);
        ticket.avoided.remove(loaded.replica().id());
        serveAll();
    }

    private void loadFailed(Ticket ticket, Throwable fault) {
        ticket.cold = false;
        if (ticket.forgives()) {
            serveAll();
        } else {
            fail(ticket, fault);
        }
    }

    private void expire(Ticket ticket) {
        fail(
                ticket,
                new CaravanException(
                        FaultCode.NO_CAPACITY,
                        "model %s was not loaded within %d s; ask again, or raise caravan.gateway.cold-wait"
                                .formatted(
                                        ticket.request().model(), limits.coldWait().toSeconds())));
    }

    private void fail(Ticket ticket, Throwable fault) {
        MonoSink<Loaded> sink = ticket.waiting;
        if (sink != null) {
            leaveLine(ticket);
            sink.error(fault);
        }
    }

    private void leaveLine(Ticket ticket) {
        if (ticket.waiting != null) {
            line(ticket).leave(ticket.arrival());
            answer(ticket);
        }
    }

    /** Ends a ticket's waiting; the line itself is left by the caller. */
    private MonoSink<Loaded> answer(Ticket ticket) {
        MonoSink<Loaded> sink = Objects.requireNonNull(ticket.waiting, "ticket that waits");
        ticket.waiting = null;
        ticket.cold = false;
        dispose(ticket.load);
        dispose(ticket.deadline);
        ticket.load = null;
        ticket.deadline = null;
        count(ticket, -1);
        return sink;
    }

    private static void dispose(@Nullable Disposable held) {
        if (held != null) {
            held.dispose();
        }
    }

    private void count(Ticket ticket, int change) {
        queued += change;
        meters.queued(ticket.request().model(), change);
    }

    private WaitingLine<Ticket> line(Ticket ticket) {
        return lines.computeIfAbsent(ticket.request().digest(), digest -> new WaitingLine<>());
    }
}
