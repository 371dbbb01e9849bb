package dev.caravan.engine.process;

import java.util.List;

/**
 * How a process ended.
 *
 * @param code its exit code; 128 + n if signal n ended it (134 abort, 137 kill, 143 terminate)
 * @param lastLines the end of its log, oldest first, at most {@value #LAST_LINES} lines
 */
public record ExitStatus(int code, List<String> lastLines) {

    /** How many lines of the log are kept. */
    public static final int LAST_LINES = 20;

    public ExitStatus {
        lastLines = List.copyOf(lastLines);
    }

    /** One text for people: {@code exit code 134; last lines: ...}. */
    public String describe() {
        return lastLines.isEmpty()
                ? "exit code %d, no output".formatted(code)
                : "exit code %d; last lines:%n%s".formatted(code, String.join("\n", lastLines));
    }
}
