package dev.caravan.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who listens on a port, as far as this user may know: the sockets of other users' processes are
 * seen, their owners are not.
 *
 * @param command shortened
 */
public record PortOwner(long pid, String command) {

    private static final String LISTENING = "0A";
    private static final int LONGEST_COMMAND = 120;

    /** Empty where nobody listens, or where it is not this user's to know. */
    public static Optional<PortOwner> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try {
                Files.readAllLines(Path.of(table), StandardCharsets.ISO_8859_1)
                        .forEach(line -> inode(line, port).ifPresent(sockets::add));
            } catch (IOException absent) {
                continue;
            }
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        return LinuxProcesses.all().stream()
                .filter(pid -> holds(pid, sockets))
                .findFirst()
                .map(pid -> new PortOwner(pid, shortened(pid)));
    }

    /** A line of the kernel's table: {@code sl local:port remote:port state ... inode}. */
    static Optional<String> inode(String line, int port) {
        String[] fields = line.strip().split("\\s+");
        if (fields.length < 10 || !fields[3].equals(LISTENING)) {
            return Optional.empty();
        }
        String local = fields[1];
        int listening = Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16);
        return listening == port ? Optional.of("socket:[" + fields[9] + "]") : Optional.empty();
    }

    private static boolean holds(long pid, Set<String> sockets) {
        Path folder = Path.of("/proc", Long.toString(pid), "fd");
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder)) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
            return false;
        } catch (IOException | java.nio.file.DirectoryIteratorException notReadable) {
            return false;
        }
    }

    private static String shortened(long pid) {
        String command = LinuxProcesses.command(pid).orElse("?");
        return command.length() <= LONGEST_COMMAND
                ? command
                : command.substring(0, LONGEST_COMMAND) + "...";
    }
}
