package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.Optional;

/**
 * Is told of agents that failed this gateway, and passes that on to whoever judges them. Never
 * blocks and never fails; what comes too often is dropped.
 */
public interface Sightings {

    /** How an agent failed. */
    enum Kind {
        /** Its host said that nobody listens there. */
        REFUSED,
        /** No connection came about, and nobody refused it. */
        UNREACHABLE,
        /** A connection that is never silent for long was. */
        SILENT,
        /** An answer was cut off or stood still: it may be the engine alone. */
        BROKEN;

        /** Empty where the agent answered. */
        public static Optional<Kind> of(Throwable fault) {
            for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
                if (cause instanceof ConnectException) {
                    return Optional.of(
                            String.valueOf(cause.getMessage()).contains("refused")
                                    ? Kind.REFUSED
                                    : Kind.UNREACHABLE);
                }
                if (cause instanceof NoRouteToHostException) {
                    return Optional.of(Kind.UNREACHABLE);
                }
            }
            return fault instanceof CaravanException known && !(fault instanceof EngineRefusal)
                    ? switch (known.code()) {
                        case UPSTREAM_FAILED, UPSTREAM_TIMEOUT -> Optional.of(Kind.BROKEN);
                        case INVALID_REQUEST,
                                MODEL_NOT_FOUND,
                                QUEUE_FULL,
                                NO_CAPACITY,
                                BUSY,
                                LOAD_FAILED,
                                FORBIDDEN,
                                INTERNAL ->
                                Optional.empty();
                    }
                    : Optional.empty();
        }
    }

    void saw(AgentSnapshot agent, Kind kind);
}
