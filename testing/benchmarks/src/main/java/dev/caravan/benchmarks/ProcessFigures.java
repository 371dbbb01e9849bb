package dev.caravan.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What the kernel counts for a process. */
final class ProcessFigures {

    /** USER_HZ, which Linux fixes at 100 for what it shows in /proc. */
    private static final long TICKS_PER_SECOND = 100;

    private ProcessFigures() {}

    /** User and system time since the process started, in steps of 10 ms. */
    static Duration cpu(long pid) {
        String stat = read(pid, "stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    static long residentMebibytes(long pid) {
        return mebibytes(pid, "status", "VmRSS:");
    }

    /** Resident, and of pages that other processes have too only this one's part. */
    static long proportionalMebibytes(long pid) {
        return mebibytes(pid, "smaps_rollup", "Pss:");
    }

    private static long mebibytes(long pid, String file, String field) {
        return read(pid, file)
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid, file));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
