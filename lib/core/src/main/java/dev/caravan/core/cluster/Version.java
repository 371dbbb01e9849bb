package dev.caravan.core.cluster;

import java.util.Comparator;

/**
 * A fenced version: the epoch comes with the leader's lease (wall-clock milliseconds, never lower
 * than one seen before), the number counts within it. An old leader can only make older versions.
 */
public record Version(long epoch, long number) implements Comparable<Version> {

    public static final Version NONE = new Version(0, 0);

    private static final Comparator<Version> ORDER =
            Comparator.comparingLong(Version::epoch).thenComparingLong(Version::number);

    public Version {
        if (epoch < 0 || number < 0) {
            throw new IllegalArgumentException(
                    "version: (%d, %d) (expected: both >= 0)".formatted(epoch, number));
        }
    }

    public Version next() {
        return new Version(epoch, number + 1);
    }

    public boolean newerThan(Version other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "(" + epoch + ", " + number + ")";
    }
}
