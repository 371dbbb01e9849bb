package dev.caravan.testkit;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Where a registry sends those who want a blob: whole or in ranges, at a pace. */
final class RegistryStorage {

    private static final int PIECE = 16 << 10;

    private final Map<String, byte[]> blobs;
    private final Map<String, LongAdder> served = new ConcurrentHashMap<>();
    private volatile long bytesPerSecond = Long.MAX_VALUE;

    RegistryStorage(Map<String, byte[]> blobs) {
        this.blobs = blobs;
    }

    void slow(long toBytesPerSecond) {
        bytesPerSecond = toBytesPerSecond;
    }

    /** Bytes of a blob that were sent. */
    long served(String digest) {
        return served.getOrDefault(digest, new LongAdder()).sum();
    }

    /** As storage services do, this one refuses a token that is not its own. */
    boolean answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String digest = path.substring(path.lastIndexOf('/') + 1);
        byte[] bytes = blobs.get(digest);
        if (bytes == null) {
            return false;
        }
        if (exchange.getRequestHeaders().containsKey("Authorization")) {
            exchange.sendResponseHeaders(400, -1);
            return true;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        String[] bounds = range == null ? null : range.substring("bytes=".length()).split("-");
        int from = bounds == null ? 0 : Integer.parseInt(bounds[0]);
        int to = bounds == null ? bytes.length : Integer.parseInt(bounds[1]) + 1;
        if (bounds != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
        }
        exchange.sendResponseHeaders(bounds == null ? 200 : 206, to - from);
        send(exchange.getResponseBody(), digest, bytes, from, to);
        return true;
    }

    private void send(OutputStream out, String digest, byte[] bytes, int from, int to)
            throws IOException {
        LongAdder count = served.computeIfAbsent(digest, _ -> new LongAdder());
        for (int position = from; position < to; position += PIECE) {
            int length = Math.min(PIECE, to - position);
            out.write(bytes, position, length);
            out.flush();
            count.add(length);
            pause(length);
        }
    }

    private void pause(int bytes) {
        long nanos = bytes * 1_000_000_000L / bytesPerSecond;
        if (nanos > 0) {
            try {
                Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
