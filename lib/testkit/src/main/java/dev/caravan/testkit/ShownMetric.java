package dev.caravan.testkit;

import java.util.List;
import java.util.SortedSet;

/**
 * One metric as Prometheus sees it.
 *
 * @param type counter, gauge or histogram
 * @param buckets upper bounds in order, less the infinite one; empty where it is no histogram
 */
record ShownMetric(String name, String type, SortedSet<String> labels, List<Double> buckets) {

    ShownMetric {
        buckets = List.copyOf(buckets);
    }

    /** The name as Micrometer writes it, with underscores: less what Prometheus adds for a type. */
    String meter() {
        return switch (type) {
            case "counter" -> less("_total");
            case "histogram" -> less("_seconds");
            default -> name;
        };
    }

    private String less(String ending) {
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
    }

    @Override
    public String toString() {
        return "%s %s %s %s".formatted(name, type, labels, buckets);
    }
}
