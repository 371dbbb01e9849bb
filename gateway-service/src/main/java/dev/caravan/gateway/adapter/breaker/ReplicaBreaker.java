package dev.caravan.gateway.adapter.breaker;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.gateway.app.ReplicaHealth.Call;
import dev.caravan.gateway.app.ReplicaHealth.Outcome;
import dev.caravan.gateway.app.ReplicaHealth.Standing;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The breaker of one replica. A request that began before its state changed tells nothing of what
 * the replica is now, and its end does not count.
 */
final class ReplicaBreaker {

    private static final Logger log = LoggerFactory.getLogger(ReplicaBreaker.class);

    /** What went wrong is told elsewhere. */
    private static final Exception FAILED = new Exception("failed", null, false, false) {};

    private final ReplicaId replica;
    private final CircuitBreaker breaker;
    private final Clock clock;

    /** Changes of state so far. */
    private int period;

    /** Requests under way that began in this state. */
    private int calls;

    private Instant until = Instant.MIN;

    ReplicaBreaker(ReplicaId replica, CircuitBreakerConfig config, Clock clock) {
        this.replica = replica;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(replica.value(), config);
        breaker.getEventPublisher()
                .onStateTransition(change -> changed(change.getStateTransition().getToState()));
    }

    private synchronized void changed(State to) {
        period++;
        calls = 0;
        if (to == State.OPEN) {
            until = clock.instant().plus(ReplicaBreakers.PAUSE);
        }
        log.atInfo().addKeyValue("replica", replica).addKeyValue("now", to).log("circuit breaker");
    }

    boolean is(State state) {
        return breaker.getState() == state;
    }

    /** Why it gets no request; empty: it may get one. */
    synchronized Optional<Standing> standing() {
        return switch (breaker.getState()) {
            case OPEN ->
                    clock.instant().isAfter(until)
                            ? Optional.empty()
                            : Optional.of(new Standing.Out(until));
            case HALF_OPEN -> calls > 0 ? Optional.of(new Standing.OnTrial()) : Optional.empty();
            case CLOSED, DISABLED, METRICS_ONLY, FORCED_OPEN -> Optional.empty();
        };
    }

    synchronized Call begin() {
        if (!breaker.tryAcquirePermission()) {
            return _ -> {};
        }
        int began = period;
        calls++;
        return outcome -> end(outcome, began);
    }

    private synchronized void end(Outcome outcome, int began) {
        if (began != period) {
            return;
        }
        calls--;
        switch (outcome) {
            case WELL -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            case FAILED -> breaker.onError(0, TimeUnit.NANOSECONDS, FAILED);
            case NEITHER -> breaker.releasePermission();
        }
    }
}
