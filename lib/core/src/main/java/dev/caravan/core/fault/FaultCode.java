package dev.caravan.core.fault;

/** Why a request was not answered; each edge maps every code to its own statuses and texts. */
public enum FaultCode {
    /** The request itself is wrong; repeating it cannot help. */
    INVALID_REQUEST,
    /** No agent holds a model of that name or digest. */
    MODEL_NOT_FOUND,
    /** The waiting line is full. */
    QUEUE_FULL,
    /** Nothing in the cluster can take the model, or whoever decides is away. */
    NO_CAPACITY,
    /** The replica has no free slot; another one, or a later try, may have. */
    BUSY,
    /** The model's engine did not start; the message has its exit code and last lines. */
    LOAD_FAILED,
    /** The engine or agent broke, before or within the answer. */
    UPSTREAM_FAILED,
    /** No progress within the time that progress is expected in. */
    UPSTREAM_TIMEOUT,
    /** The caller may not do this. */
    FORBIDDEN,
    /** A defect of ours. */
    INTERNAL;

    /** Whether it is of the replica that was asked: another one, or a later try, may do. */
    public boolean isOfReplica() {
        return switch (this) {
            case BUSY, MODEL_NOT_FOUND, UPSTREAM_FAILED, UPSTREAM_TIMEOUT -> true;
            case INVALID_REQUEST, QUEUE_FULL, NO_CAPACITY, LOAD_FAILED, FORBIDDEN, INTERNAL ->
                    false;
        };
    }
}
