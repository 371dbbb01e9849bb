package dev.caravan.engine.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to start.
 *
 * @param command the executable's path, absolute, and its arguments
 * @param environment what is added to the owner's environment, of which variables that end in
 *     TOKEN, PASSWORD, SECRET or KEY are left out
 * @param workingDirectory an existing folder
 * @param log where output and errors go; made if it is not there, what an earlier process left in
 *     it is set aside
 * @param logBytes about how large the log may grow before only its end is kept, at least {@value
 *     #LEAST_LOG_BYTES}
 * @param keptLines extended regular expression of the lines that reach the log, for a process that
 *     says what nobody should keep; empty: all do
 */
public record ProcessSpec(
        List<String> command,
        Map<String, String> environment,
        Path workingDirectory,
        Path log,
        long logBytes,
        Optional<String> keptLines) {

    /** Room for the last lines of a crash. */
    public static final long LEAST_LOG_BYTES = 16 * 1024;

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty() || !Path.of(command.getFirst()).isAbsolute()) {
            throw new IllegalArgumentException(
                    "command: %s (expected: an absolute path and its arguments)"
                            .formatted(command));
        }
        if (logBytes < LEAST_LOG_BYTES) {
            throw new IllegalArgumentException(
                    "logBytes: %d (expected: >= %d)".formatted(logBytes, LEAST_LOG_BYTES));
        }
    }

    /** A process of which every line is kept. */
    public ProcessSpec(
            List<String> command,
            Map<String, String> environment,
            Path workingDirectory,
            Path log,
            long logBytes) {
        this(command, environment, workingDirectory, log, logBytes, Optional.empty());
    }

    Path executable() {
        return Path.of(command.getFirst());
    }
}
