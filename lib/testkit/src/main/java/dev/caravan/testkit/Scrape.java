package dev.caravan.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads Prometheus's text form: which of our metrics are there, with which labels and buckets. */
final class Scrape {

    private static final Pattern TYPE = Pattern.compile("# TYPE ((?:caravan|gen_ai)_\\w+) (\\w+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private Scrape() {}

    static List<ShownMetric> read(String text) {
        Map<String, String> types = new LinkedHashMap<>();
        text.lines()
                .map(TYPE::matcher)
                .filter(Matcher::matches)
                .forEach(found -> types.put(found.group(1), found.group(2)));
        // the highest value that Micrometer shows beside each histogram is no metric of its own
        types.keySet().removeIf(name -> isMaximum(name, types));
        return types.entrySet().stream()
                .map(metric -> metric(metric.getKey(), metric.getValue(), text))
                .toList();
    }

    private static boolean isMaximum(String name, Map<String, String> types) {
        return name.endsWith("_max")
                && "histogram".equals(types.get(name.substring(0, name.length() - 4)));
    }

    private static ShownMetric metric(String name, String type, String text) {
        SortedSet<String> labels = new TreeSet<>();
        SortedSet<Double> buckets = new TreeSet<>();
        String sample = "histogram".equals(type) ? name + "_bucket" : name;
        samples(sample, text)
                .flatMap(line -> LABEL.matcher(line).results())
                .forEach(
                        label -> {
                            if (label.group(1).equals("le")) {
                                buckets.add(bound(label.group(2)));
                            } else {
                                labels.add(label.group(1));
                            }
                        });
        buckets.remove(Double.POSITIVE_INFINITY);
        return new ShownMetric(name, type, labels, new ArrayList<>(buckets));
    }

    private static Stream<String> samples(String name, String text) {
        return text.lines().filter(line -> line.startsWith(name + "{"));
    }

    private static Double bound(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.valueOf(text);
    }
}
