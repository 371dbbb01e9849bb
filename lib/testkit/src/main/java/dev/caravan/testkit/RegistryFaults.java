package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What can go wrong at a registry. */
public final class RegistryFaults {

    private RegistryFaults() {}

    /**
     * Answers so often with that status.
     *
     * @param path requests whose path contains it
     */
    public static TestRegistry.Fault status(String path, int status, String body, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return exchange -> {
            if (!hits(exchange, path, left)) {
                return false;
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            return true;
        };
    }

    /** Sends a few bytes of what was asked for, then nothing more until it is let go. */
    public static TestRegistry.Fault stall(
            String path, byte[] whole, int after, CountDownLatch letGo, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return exchange -> {
            if (!hits(exchange, path, left)) {
                return false;
            }
            begin(exchange, whole, after);
            try {
                letGo.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            return true;
        };
    }

    /** Sends so many bytes of a range that has more, and closes the connection. */
    public static TestRegistry.Fault cut(String path, byte[] whole, int after, int times) {
        AtomicInteger left = new AtomicInteger(times);
        return exchange -> {
            if (!asks(exchange, path)
                    || Range.of(exchange).length() <= after
                    || !hits(exchange, path, left)) {
                return false;
            }
            begin(exchange, whole, after);
            return true;
        };
    }

    private record Range(int from, int to) {

        static Range of(HttpExchange exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String[] bounds = range.substring("bytes=".length()).split("-");
            return new Range(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]) + 1);
        }

        int length() {
            return to - from;
        }
    }

    private static void begin(HttpExchange exchange, byte[] whole, int after) throws IOException {
        Range range = Range.of(exchange);
        exchange.getResponseHeaders()
                .set(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(range.from(), range.to() - 1, whole.length));
        exchange.sendResponseHeaders(206, range.length());
        exchange.getResponseBody().write(whole, range.from(), Math.min(after, range.length() - 1));
        exchange.getResponseBody().flush();
    }

    private static boolean hits(HttpExchange exchange, String path, AtomicInteger left) {
        return asks(exchange, path) && left.getAndUpdate(times -> Math.max(0, times - 1)) > 0;
    }

    private static boolean asks(HttpExchange exchange, String path) {
        return exchange.getRequestURI().getPath().contains(path);
    }
}
