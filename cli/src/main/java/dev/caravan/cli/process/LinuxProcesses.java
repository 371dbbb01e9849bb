package dev.caravan.cli.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /proc} says of processes. A process may end while it is read: then it is empty. */
public final class LinuxProcesses {

    private static final Path PROC = Path.of("/proc");

    /** Linux tells times of processes in these units a second, whatever the kernel's own clock. */
    public static final int TICKS_PER_SECOND = 100;

    private static final Pattern MEMORY = Pattern.compile("(?m)^(VmRSS|Pss):\\s+(\\d+) kB$");

    private LinuxProcesses() {}

    /**
     * The counted part of {@code /proc/PID/stat}.
     *
     * @param ticks processor time used, user and system
     * @param startTicks ticks from the boot to its start
     */
    public record Stat(boolean zombie, long ticks, long startTicks) {}

    public static boolean present() {
        return Files.exists(PROC.resolve("self/stat"));
    }

    public static Optional<Stat> stat(long pid) {
        return read(pid, "stat").flatMap(LinuxProcesses::parse);
    }

    static Optional<Stat> parse(String line) {
        // the name stands in parentheses and may hold any character, so count from its end
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
        if (fields.length < 20) {
            return Optional.empty();
        }
        return Optional.of(
                new Stat(
                        fields[0].equals("Z") || fields[0].equals("X"),
                        Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                        Long.parseLong(fields[19])));
    }

    /** Bytes of main memory it uses; 0 where that is not told. */
    public static long residentBytes(long pid) {
        return memory(pid, "status");
    }

    /** As {@link #residentBytes}, pages that several processes share counted in shares. */
    public static long proportionalBytes(long pid) {
        return memory(pid, "smaps_rollup");
    }

    private static long memory(long pid, String file) {
        Matcher line = MEMORY.matcher(read(pid, file).orElse(""));
        return line.find() ? Long.parseLong(line.group(2)) * 1024 : 0;
    }

    /** The command line with blanks between its words; empty for a zombie or another's secret. */
    public static Optional<String> command(long pid) {
        return read(pid, "cmdline")
                .map(words -> words.replace('\0', ' ').strip())
                .filter(command -> !command.isEmpty());
    }

    /** Whether the process was started with this setting; false where that may not be read. */
    public static boolean hasEnvironment(long pid, String name, String value) {
        return read(pid, "environ")
                .map(all -> ("\0" + all + "\0").contains("\0" + name + "=" + value + "\0"))
                .orElse(false);
    }

    /** Seconds since the machine was started. */
    public static double uptime() {
        try {
            return Double.parseDouble(Files.readString(PROC.resolve("uptime")).split(" ")[0]);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Every process there is now. */
    public static List<Long> all() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            folders.forEach(folder -> pids.add(Long.parseLong(folder.getFileName().toString())));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return pids;
    }

    private static Optional<String> read(long pid, String file) {
        try {
            byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file));
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
