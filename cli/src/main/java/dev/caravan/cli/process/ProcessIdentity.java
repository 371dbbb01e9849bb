package dev.caravan.cli.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told from any later one that is given the same pid.
 *
 * @param pid the process's id
 * @param started when it started, as the system says it: the boot's id and clock ticks on Linux,
 *     milliseconds since 1970 elsewhere; compared, never computed with
 */
public record ProcessIdentity(long pid, String started) {

    /** The process that has this pid now; empty where none lives, a zombie counts as none. */
    public static Optional<ProcessIdentity> of(long pid) {
        if (LinuxProcesses.present()) {
            return LinuxProcesses.stat(pid)
                    .filter(stat -> !stat.zombie())
                    .map(stat -> new ProcessIdentity(pid, bootId() + ":" + stat.startTicks()));
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(instant -> new ProcessIdentity(pid, Long.toString(instant.toEpochMilli())));
    }

    public boolean alive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** The process to send signals to; empty where it is gone, whoever has its pid now. */
    public Optional<ProcessHandle> handle() {
        return alive() ? ProcessHandle.of(pid) : Optional.empty();
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }
}
