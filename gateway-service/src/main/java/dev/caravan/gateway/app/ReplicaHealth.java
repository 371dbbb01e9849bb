package dev.caravan.gateway.app;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import java.time.Instant;
import java.util.Map;

/**
 * Which replicas are worth a request, by how those before went. Nothing but real requests finds
 * out. Used by one thread at a time.
 */
public interface ReplicaHealth {

    /** Replicas that get no request now, as a rule none. */
    Map<ReplicaId, Standing> unwell();

    /** A request goes to a replica that is well; whoever begins it ends it once. */
    Call begin(ReplicaId replica);

    /** One request on a replica. */
    interface Call {
        void end(Outcome outcome);
    }

    /** Why a replica gets no request. */
    sealed interface Standing {

        /** One request finds out whether it is well again; the others wait for its end. */
        record OnTrial() implements Standing {}

        /** It failed too often. */
        record Out(Instant until) implements Standing {}
    }

    /** How a request on a replica ended, as far as it tells of the replica. */
    enum Outcome {
        WELL,
        /** Engine or agent broke or stood still. */
        FAILED,
        /** Not the replica's doing: it was full, the request was wrong, the client left. */
        NEITHER;

        /** Of a request that ended with a fault. */
        public static Outcome of(CaravanException fault) {
            if (fault instanceof EngineRefusal) {
                return NEITHER;
            }
            return switch (fault.code()) {
                case UPSTREAM_FAILED, UPSTREAM_TIMEOUT -> FAILED;
                case INVALID_REQUEST,
                        MODEL_NOT_FOUND,
                        QUEUE_FULL,
                        NO_CAPACITY,
                        BUSY,
                        LOAD_FAILED,
                        FORBIDDEN,
                        INTERNAL ->
                        NEITHER;
            };
        }
    }
}
