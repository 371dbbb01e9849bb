package dev.caravan.core.cluster;

/** An agent's own id, 128 random bits that it keeps in its data folder; never an address. */
public record AgentId(String value) implements Comparable<AgentId> {

    public AgentId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("agent id: \"" + value + "\" (expected: not blank)");
        }
    }

    @Override
    public int compareTo(AgentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
