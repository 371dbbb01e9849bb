package dev.caravan.core.cluster;

/** One loading of one model on one host; a model that is loaded again gets a new id. */
public record ReplicaId(String value) implements Comparable<ReplicaId> {

    public ReplicaId {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "replica id: \"" + value + "\" (expected: not blank)");
        }
    }

    @Override
    public int compareTo(ReplicaId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
