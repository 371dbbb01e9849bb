package dev.caravan.benchmarks;

import dev.caravan.e2e.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** The engine with the switches of a head of the suite, without the suite. */
final class DirectSplit implements AutoCloseable {

    private static final Duration LOAD = Duration.ofMinutes(2);

    private final List<Process> processes = new ArrayList<>();
    private final int port;

    private DirectSplit() throws IOException {
        this.port = freePort();
    }

    /**
     * Head and RPC servers of their own.
     *
     * @param links takes the relay before each of them
     */
    static DirectSplit of(
            EngineProcess head, List<EngineProcess> members, List<Relay> links, Path folder)
            throws IOException {
        DirectSplit split = new DirectSplit();
        List<String> devices = new ArrayList<>();
        for (EngineProcess member : members) {
            int port = freePort();
            split.processes.add(
                    member.with("-p", Integer.toString(port))
                            .start(folder.resolve("direct-rpc-" + port + ".log")));
            awaitListening(port);
            Relay link = Relay.start(local(0), local(port));
            links.add(link);
            devices.add("127.0.0.1:" + link.port());
        }
        split.startHead(
                head.with("--rpc", String.join(",", devices)), folder.resolve("direct.log"));
        return split;
    }

    /** The whole model in one process. */
    static DirectSplit whole(EngineProcess head, Path folder) throws IOException {
        DirectSplit whole = new DirectSplit();
        whole.startHead(
                head.without("--rpc", "-dev", "-ngl", "-ts", "--poll", "-lv"),
                folder.resolve("whole.log"));
        return whole;
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + port);
    }

    private void startHead(EngineProcess head, Path log) throws IOException {
        processes.add(head.with("--port", Integer.toString(port)).start(log));
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(base().resolve("/health")).build();
        Awaitility.await("the engine is ready, log " + log)
                .atMost(LOAD)
                .ignoreExceptions()
                .until(() -> http.send(health, BodyHandlers.discarding()).statusCode() == 200);
    }

    /** An RPC server serves its first client; a connection just to look would be that one. */
    private static void awaitListening(int port) {
        String listening = "0100007F:%04X 00000000:0000 0A".formatted(port);
        Awaitility.await("an RPC server listens on " + port)
                .atMost(LOAD)
                .until(() -> Files.readString(Path.of("/proc/self/net/tcp")).contains(listening));
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() {
        processes.reversed().forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }
}
