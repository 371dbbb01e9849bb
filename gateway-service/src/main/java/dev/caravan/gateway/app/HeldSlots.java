package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import java.util.HashMap;
import java.util.Map;

/** The slots that this gateway's requests have in use. Touched by one task at a time. */
final class HeldSlots {

    private final int most;
    private final ReplicaHealth health;
    private final GatewayMeters meters;
    private final Map<ReplicaId, Integer> held = new HashMap<>();
    private int inFlight;

    /**
     * @param most slots at once, over all models
     */
    HeldSlots(int most, ReplicaHealth health, GatewayMeters meters) {
        this.most = most;
        this.health = health;
        this.meters = meters;
    }

    boolean areAllTaken() {
        return inFlight >= most;
    }

    /** In use on that replica. */
    int on(ReplicaId replica) {
        return held.getOrDefault(replica, 0);
    }

    void take(Ticket ticket, Loaded slot) {
        ticket.slot = slot;
        ticket.call = health.begin(slot.replica().id());
        ticket.outcome = ReplicaHealth.Outcome.NEITHER;
        ticket.served = true;
        ticket.arrivedAtSlot(meters.now());
        held.merge(slot.replica().id(), 1, Integer::sum);
        inFlight++;
        meters.inFlight(ticket.request().model(), 1);
        meters.waited(ticket.request().model(), ticket.waited());
    }

    /**
     * @return whether there was one to give back
     */
    boolean giveBack(Ticket ticket) {
        Loaded slot = ticket.slot;
        if (slot == null) {
            return false;
        }
        ticket.slot = null;
        ReplicaHealth.Call call = ticket.call;
        if (call != null) {
            call.end(ticket.outcome);
            ticket.call = null;
        }
        held.computeIfPresent(
                slot.replica().id(), (replica, count) -> count > 1 ? count - 1 : null);
        inFlight--;
        meters.inFlight(ticket.request().model(), -1);
        return true;
    }
}
