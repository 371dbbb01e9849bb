package dev.caravan.cli.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine. */
public final class Ports {

    // below the range from which systems take the ports of outgoing connections, so that none of
    // these can take a port between its choice and its use
    private static final int FIRST = 20_000;
    private static final int END = 32_000;

    private static final int TRIES = 200;

    private Ports() {}

    public static boolean free(int port) {
        return free(InetAddress.getLoopbackAddress(), port);
    }

    public static boolean free(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** A port on loopback that nobody listened on a moment ago. */
    public static int pick() {
        return pick(InetAddress.getLoopbackAddress());
    }

    public static int pick(InetAddress address) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (free(address, port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "ports: none free in %d tries (expected: one in [%d, %d))"
                        .formatted(TRIES, FIRST, END));
    }
}
