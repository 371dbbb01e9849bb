package dev.caravan.worker.app.engine;

import java.util.regex.Pattern;

/** Names one RPC server for one group; new for each group. */
public record MemberId(String value) implements Comparable<MemberId> {

    /** Ids name log files and stand in paths. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public MemberId {
        if (!ID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "member id: \"%s\" (expected: 1 to 128 letters, digits, '.', '_', '-')"
                            .formatted(value));
        }
    }

    @Override
    public int compareTo(MemberId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
