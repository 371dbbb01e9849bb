package dev.caravan.wire;

/** Where an engine process is in its life. */
public enum ReplicaState {
    /** Started, not ready. */
    LOADING,
    READY,
    /** No longer wished for; ends with its last request. */
    DRAINING,
    /** Was ready and ended by itself. */
    EXITED,
    /** Never became ready. */
    FAILED
}
