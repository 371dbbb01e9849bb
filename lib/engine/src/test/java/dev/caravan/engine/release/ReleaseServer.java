package dev.caravan.engine.release;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A stand-in for the server of releases: gives files, cuts them off, falls silent, redirects. */
final class ReleaseServer implements AutoCloseable {

    /** How a file is given. */
    enum Manner {
        WHOLE,
        CUT_OFF,
        SILENT_HALF_WAY,
        REDIRECTED
    }

    private record Served(Path file, Manner manner) {}

    private final Map<String, Served> files = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server;

    ReleaseServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** The base address of releases. */
    String base() {
        return "http://127.0.0.1:%d/releases".formatted(server.getAddress().getPort());
    }

    /** Serves a file as {@code <base>/<build>/<name>}. */
    void serve(String build, String name, Path file, Manner manner) {
        files.put("/releases/" + build + "/" + name, new Served(file, manner));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Served served = files.get(path.replaceFirst("^/elsewhere", ""));
            if (served == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (served.manner() == Manner.REDIRECTED && !path.startsWith("/elsewhere")) {
                exchange.getResponseHeaders().add("Location", "/elsewhere" + path);
                exchange.sendResponseHeaders(302, -1);
            } else {
                give(served, exchange);
            }
        }
    }

    private void give(Served served, HttpExchange exchange) throws IOException {
        byte[] bytes = Files.readAllBytes(served.file());
        exchange.sendResponseHeaders(200, bytes.length);
        OutputStream body = exchange.getResponseBody();
        boolean whole = served.manner() == Manner.WHOLE || served.manner() == Manner.REDIRECTED;
        body.write(bytes, 0, whole ? bytes.length : bytes.length / 2);
        body.flush();
        if (served.manner() == Manner.SILENT_HALF_WAY) {
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
