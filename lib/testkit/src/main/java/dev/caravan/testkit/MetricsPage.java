package dev.caravan.testkit;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The page {@code docs/operations/metrics.md}, held against what a part really shows to Prometheus.
 * A test fills all meters of its part at least once in a registry of their own, and then asks.
 */
public final class MetricsPage {

    private static final Path PLACE = Path.of("docs", "operations", "metrics.md");

    private final List<List<String>> rows;

    MetricsPage(List<String> lines) {
        this.rows =
                lines.stream()
                        .filter(line -> line.startsWith("|"))
                        .map(MetricsPage::cells)
                        .toList();
    }

    /** The page of the repository that the test runs in. */
    public static MetricsPage read() {
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            if (Files.exists(folder.resolve(PLACE))) {
                return read(folder.resolve(PLACE));
            }
        }
        throw new AssertionError(
                "%s: not there (expected: in a folder above %s)"
                        .formatted(PLACE, Path.of("").toAbsolutePath()));
    }

    private static MetricsPage read(Path file) {
        try {
            return new MetricsPage(Files.readAllLines(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Fails, naming what is missing and what is too much, unless the page's rows by this part, the
     * meters that it declares and the metrics that it shows are the same: names, types, labels and
     * buckets.
     *
     * @param by as in the page's column "By"
     * @param declared Micrometer's names, from the part's enum
     * @param scrape Prometheus's text form of a registry with this part's meters alone
     */
    public void assertTellsOf(String by, Collection<String> declared, String scrape) {
        List<ShownMetric> shown = Scrape.read(scrape);

        assertThat(shown)
                .extracting(ShownMetric::meter)
                .as("metrics shown by %s, against its enum", by)
                .containsExactlyInAnyOrderElementsOf(
                        declared.stream().map(name -> name.replace('.', '_')).toList());
        assertThat(rowsBy(by))
                .extracting(ShownMetric::toString)
                .as("rows of %s by %s, against what it shows", PLACE, by)
                .containsExactlyInAnyOrderElementsOf(
                        shown.stream().map(ShownMetric::toString).toList());
    }

    private List<ShownMetric> rowsBy(String by) {
        Map<String, List<Double>> bounds = bounds();
        return rows.stream()
                .filter(row -> row.size() == 6 && words(row.get(4)).contains(by))
                .map(
                        row ->
                                new ShownMetric(
                                        row.get(0),
                                        row.get(1),
                                        words(row.get(2)),
                                        words(row.get(3)).stream()
                                                .flatMap(word -> named(word, bounds))
                                                .toList()))
                .toList();
    }

    private static Stream<Double> named(String word, Map<String, List<Double>> bounds) {
        return bounds.getOrDefault(word, List.of()).stream();
    }

    private Map<String, List<Double>> bounds() {
        return rows.stream()
                .filter(row -> row.size() == 2 && row.getFirst().startsWith("B-"))
                .collect(
                        Collectors.toMap(
                                List::getFirst,
                                row ->
                                        Stream.of(row.getLast().split(" ", -1))
                                                .map(Double::valueOf)
                                                .toList()));
    }

    private static List<String> cells(String line) {
        String inner = line.substring(1, line.lastIndexOf('|'));
        return Stream.of(inner.split("\\|", -1))
                .map(cell -> cell.replace("`", "").strip())
                .toList();
    }

    private static SortedSet<String> words(String cell) {
        return Stream.of(cell.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(toCollection(TreeSet::new));
    }
}
