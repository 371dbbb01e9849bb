package dev.caravan.engine.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a process listens on a port of loopback. Linux tells without a connection and tells whose
 * socket it is; an RPC server takes one client at a time, and a connection would be one.
 */
public final class Listening {

    private static final Path PROC = Path.of("/proc");
    private static final String LOOPBACK = "127.0.0.1";
    private static final String LISTEN = "0A";

    /** Stopped by a signal or a debugger, ended, dead. */
    private static final String HALTED = "TtZXx";

    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Listening() {}

    /** A port that was free a moment ago. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    /**
     * Whether it listens; where the system does not tell whose a socket is, whether anyone does.
     */
    public static boolean does(long pid, int port) throws IOException {
        Path table = PROC.resolve("net/tcp");
        if (!Files.isReadable(table)) {
            return accepts(port);
        }
        Optional<String> inode = listener(table, port);
        return inode.isPresent() && sockets(pid).contains(socket(inode.get()));
    }

    /** Whether it has a connection neither to nor from anyone. */
    public static boolean isAllItDoes(long pid, int port) throws IOException {
        Optional<String> inode = listener(PROC.resolve("net/tcp"), port);
        return inode.isPresent() && sockets(pid).equals(Set.of(socket(inode.get())));
    }

    /** Whether it runs or waits, rather than being stopped or gone. */
    public static boolean moves(long pid) throws IOException {
        String line = Files.readString(PROC.resolve(pid + "/stat"));
        // The name stands in parentheses and may hold blanks and parentheses itself.
        return HALTED.indexOf(line.charAt(line.lastIndexOf(')') + 2)) < 0;
    }

    private static String socket(String inode) {
        return "socket:[" + inode + "]";
    }

    private static Optional<String> listener(Path table, int port) throws IOException {
        String local = ":%04X".formatted(port);
        try (Stream<String> lines = Files.lines(table)) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length > INODE)
                    .filter(fields -> fields[STATE].equals(LISTEN))
                    .filter(fields -> fields[ADDRESS].toUpperCase(Locale.ROOT).endsWith(local))
                    .map(fields -> fields[INODE])
                    .findFirst();
        }
    }

    private static Set<String> sockets(long pid) throws IOException {
        Set<String> found = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(PROC.resolve(pid + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:")) {
                        found.add(target);
                    }
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        return found;
    }

    /** Only where nobody can have it yet. */
    private static boolean accepts(int port) {
        try (Socket socket = new Socket(LOOPBACK, port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }
}
