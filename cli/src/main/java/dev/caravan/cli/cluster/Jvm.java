package dev.caravan.cli.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The Java that services run with.
 *
 * @param java its command
 * @param options of the operator's for all services, after ours, so that they win
 */
public record Jvm(Path java, List<String> options) {

    /** Options of virtual machines, divided by blanks. */
    static final String OPTIONS = "CARAVAN_JVM_OPTIONS";

    public Jvm {
        options = List.copyOf(options);
    }

    /** This process's own Java. */
    public static Jvm current(Map<String, String> environment) {
        String options = environment.getOrDefault(OPTIONS, "").strip();
        return new Jvm(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                options.isEmpty() ? List.of() : List.of(options.split("\\s+")));
    }
}
