package dev.caravan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a running engine was started, so that another can be started as it was.
 *
 * @param environment without what ties it to its cluster
 */
record EngineProcess(List<String> command, Map<String, String> environment) {

    EngineProcess {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    static EngineProcess of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<String, String> environment = new HashMap<>();
        for (String entry : words(process.resolve("environ"))) {
            int end = entry.indexOf('=');
            environment.put(entry.substring(0, end), entry.substring(end + 1));
        }
        environment.keySet().removeAll(List.of("LLAMA_API_KEY", "CARAVAN_CLUSTER_ID"));
        return new EngineProcess(words(process.resolve("cmdline")), environment);
    }

    private static List<String> words(Path file) throws IOException {
        return List.of(Files.readString(file, UTF_8).split("\0"));
    }

    String option(String name) {
        return command.get(command.indexOf(name) + 1);
    }

    EngineProcess with(String name, String value) {
        List<String> changed = new ArrayList<>(command);
        changed.set(command.indexOf(name) + 1, value);
        return new EngineProcess(changed, environment);
    }

    /** Without these options and their values. */
    EngineProcess without(String... names) {
        List<String> changed = new ArrayList<>(command);
        for (String name : names) {
            int at = changed.indexOf(name);
            changed.subList(at, at + 2).clear();
        }
        return new EngineProcess(changed, environment);
    }

    Process start(Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }
}
