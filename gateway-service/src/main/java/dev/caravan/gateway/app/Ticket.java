package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.routing.RouteRequest;
import dev.caravan.core.run.RunRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A request's place: first in a line, then on a replica's slot. It keeps its arrival number, so a
 * request that has to look for another replica stands before all who came after it. Released once,
 * whatever it holds; all state but the number belongs to the {@link AdmissionControl}'s tasks.
 */
public final class Ticket {

    private final AdmissionControl admission;
    private final RunRequest request;
    private final long arrival;
    private final long arrivedNanos;
    private volatile Duration waited = Duration.ZERO;

    final Set<ReplicaId> avoided = new HashSet<>();
    @Nullable MonoSink<Loaded> waiting;
    @Nullable Loaded slot;
    ReplicaHealth.@Nullable Call call;
    volatile ReplicaHealth.Outcome outcome = ReplicaHealth.Outcome.NEITHER;
    @Nullable Disposable load;
    @Nullable Disposable deadline;
    boolean cold;
    private boolean forgave;
    volatile boolean served;
    boolean released;

    Ticket(AdmissionControl admission, RunRequest request, long arrival, long arrivedNanos) {
        this.admission = admission;
        this.request = request;
        this.arrival = arrival;
        this.arrivedNanos = arrivedNanos;
    }

    public RunRequest request() {
        return request;
    }

    /** Arrival to the slot it got last. */
    public Duration waited() {
        return waited;
    }

    /** Whether it ever had a slot. */
    public boolean wasServed() {
        return served;
    }

    /**
     * Waits for a slot on a replica; gives back the one held before. Errors: {@code QUEUE_FULL},
     * {@code NO_CAPACITY}, {@code LOAD_FAILED}, {@code MODEL_NOT_FOUND}.
     */
    public Mono<Loaded> slot() {
        return Mono.create(sink -> admission.enter(this, sink));
    }

    /** That replica failed this request; it is not chosen again while there is another. */
    public void avoid(ReplicaId replica) {
        admission.avoid(this, replica);
    }

    /**
     * How the request went on the slot that it has; told before the slot is left. Unless it is told
     * it says nothing of the replica: the client may have left.
     */
    public void went(ReplicaHealth.Outcome how) {
        outcome = how;
    }

    /** Gives the slot back before the answer has reached the client. */
    public void leaveSlot() {
        admission.leaveSlot(this);
    }

    /** Gives back whatever is held, once. */
    public void release() {
        admission.release(this);
    }

    long arrival() {
        return arrival;
    }

    void arrivedAtSlot(long nowNanos) {
        waited = Duration.ofNanos(nowNanos - arrivedNanos);
    }

    /**
     * There is nothing but the replicas that failed it: they may be tried once more, since one that
     * lives is better than an error.
     *
     * @return false where there are none, or where that was done before
     */
    boolean forgives() {
        if (forgave || avoided.isEmpty()) {
            return false;
        }
        forgave = true;
        avoided.clear();
        return true;
    }

    RouteRequest route() {
        return new RouteRequest(request.digest(), request.contextLength(), avoided);
    }
}
