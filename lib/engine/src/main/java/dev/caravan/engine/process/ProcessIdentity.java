package dev.caravan.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process told from another one that was given the same pid later.
 *
 * @param pid the process id
 * @param start when it started, in a form that is only compared: boot id and clock ticks since boot
 *     where {@code /proc} tells them (the JDK's start instant moves with the wall clock there), the
 *     start instant elsewhere
 */
record ProcessIdentity(long pid, String start) {

    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT_ID = PROC.resolve("sys/kernel/random/boot_id");

    /** Field 22 of {@code /proc/PID/stat}, counted from the field behind the command's name. */
    private static final int START_TICKS = 19;

    /** Empty if no such process is alive. */
    static Optional<ProcessIdentity> of(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(ProcessIdentity::start)
                .map(start -> new ProcessIdentity(pid, start));
    }

    boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    private static Optional<String> start(ProcessHandle process) {
        Path stat = PROC.resolve(process.pid() + "/stat");
        if (!Files.isReadable(stat) || !Files.isReadable(BOOT_ID)) {
            return process.info().startInstant().map(Object::toString);
        }
        try {
            String line = Files.readString(stat);
            // The name stands in parentheses and may hold blanks and parentheses itself.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(Files.readString(BOOT_ID).strip() + "/" + fields[START_TICKS]);
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
