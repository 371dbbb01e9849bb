package dev.caravan.wire;

/**
 * How busy one replica is.
 *
 * @param busy slots in use
 * @param total slots it has
 * @param waiting requests the agent knows to wait for it
 * @param workSeconds predicted seconds of work in its slots; 0 where nothing is predicted
 */
public record ReplicaLoad(String replicaId, int busy, int total, int waiting, double workSeconds) {
    /** The value of {@link Routes#LOAD_HEADER}. */
    public String header() {
        return busy + "/" + total + ";waiting=" + waiting + ";work=" + workSeconds;
    }
}
