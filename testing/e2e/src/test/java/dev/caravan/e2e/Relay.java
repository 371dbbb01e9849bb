package dev.caravan.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A link between two processes that can be slowed: bytes that come in leave after a delay, in each
 * direction, at any rate. Where a kernel can delay packets it is the better tool; many cannot.
 */
public final class Relay implements AutoCloseable {

    private static final int CHUNK_BYTES = 256 * 1024;

    /** Chunks on their way in one direction, so at most 16 MiB; more are held back. */
    private static final int CHUNKS = 64;

    private record Chunk(byte[] bytes, int length, long arrived) {}

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long delayNanos;

    private Relay(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** Listens on {@code at} (port 0: a free one) and carries to {@code target}, at once. */
    public static Relay start(InetSocketAddress at, InetSocketAddress target) throws IOException {
        Relay relay = new Relay(new ServerSocket(at.getPort(), 50, at.getAddress()), target);
        thread(relay::accept);
        return relay;
    }

    public int port() {
        return server.getLocalPort();
    }

    /**
     * @param oneWay from now on, of each direction; zero or more
     */
    public void delay(Duration oneWay) {
        delayNanos = oneWay.toNanos();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket peer = new Socket();
                sockets.add(client);
                sockets.add(peer);
                try {
                    peer.connect(target);
                } catch (IOException refused) {
                    end(client, peer);
                    continue;
                }
                client.setTcpNoDelay(true);
                peer.setTcpNoDelay(true);
                carry(client, peer);
                carry(peer, client);
            }
        } catch (IOException closed) {
            // no more clients
        }
    }

    private void carry(Socket from, Socket to) {
        BlockingQueue<Chunk> onTheWay = new ArrayBlockingQueue<>(CHUNKS);
        thread(() -> read(from, onTheWay));
        thread(() -> write(from, to, onTheWay));
    }

    private static void read(Socket from, BlockingQueue<Chunk> onTheWay) {
        try {
            try {
                InputStream in = from.getInputStream();
                for (int length = 0; length >= 0; ) {
                    byte[] bytes = new byte[CHUNK_BYTES];
                    length = in.read(bytes);
                    onTheWay.put(new Chunk(bytes, length, System.nanoTime()));
                }
            } catch (IOException cut) {
                onTheWay.put(new Chunk(new byte[0], -1, System.nanoTime()));
            }
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void write(Socket from, Socket to, BlockingQueue<Chunk> onTheWay) {
        try {
            OutputStream out = to.getOutputStream();
            for (Chunk chunk = onTheWay.take(); chunk.length >= 0; chunk = onTheWay.take()) {
                long due = chunk.arrived + delayNanos;
                for (long left = due - System.nanoTime(); left > 0; ) {
                    LockSupport.parkNanos(left);
                    left = due - System.nanoTime();
                }
                out.write(chunk.bytes, 0, chunk.length);
            }
        } catch (IOException cut) {
            // both ends learn of it below
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            end(from, to);
        }
    }

    private void end(Socket... both) {
        for (Socket socket : both) {
            sockets.remove(socket);
            try {
                socket.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private static void thread(Runnable work) {
        Thread.ofPlatform().daemon().name("relay").start(work);
    }

    @Override
    public void close() throws IOException {
        server.close();
        end(sockets.toArray(Socket[]::new));
    }
}
