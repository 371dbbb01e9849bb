package dev.caravan.worker.adapter.llamacpp;

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
final class Listening {

    private static final Path PROC = Path.of("/proc");
    private static final String LOOPBACK = "127.0.0.1";
    private static final String LISTEN = "0A";
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Listening() {}

    /** A port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    static boolean does(long pid, int port) throws IOException {
        Path table = PROC.resolve("net/tcp");
        if (!Files.isReadable(table)) {
            return accepts(port);
        }
        Optional<String> inode = listener(table, port);
        return inode.isPresent() && sockets(pid).contains("socket:[" + inode.get() + "]");
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
                    found.add(Files.readSymbolicLink(descriptor).toString());
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
