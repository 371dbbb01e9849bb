package dev.caravan.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * An nginx with one worker that passes streams on unbuffered, and tries the next of several where a
 * connection is refused; Debian's package is nginx-light.
 */
public final class Nginx implements AutoCloseable {

    private static final String CONFIGURATION =
            """
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                client_max_body_size 64m;
                client_body_buffer_size 8m;
                upstream engine { %s }
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        proxy_pass http://engine;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $http_host;
                        proxy_buffering off;
                        proxy_next_upstream error;
                        proxy_read_timeout 300s;
                    }
                }
            }
            """;

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** In front of one, to which connections are kept open. */
    public static Nginx before(URI engine, Path folder) throws IOException {
        return start("server " + engine.getAuthority() + "; keepalive 64;", folder);
    }

    /** In front of several that may come and go: each request has a connection of its own. */
    static Nginx between(List<URI> servers, Path folder) throws IOException {
        return start(
                servers.stream()
                        .map(server -> "server " + server.getAuthority() + " max_fails=0;")
                        .collect(Collectors.joining(" ")),
                folder);
    }

    private static Nginx start(String servers, Path folder) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path home = Files.createDirectories(folder.resolve("nginx-" + port));
        Path file = home.resolve("nginx.conf");
        Files.writeString(file, CONFIGURATION.formatted(servers, port));
        Process process =
                new ProcessBuilder("nginx", "-p", home.toString(), "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("output.log").toFile())
                        .start();
        Awaitility.await("nginx listens, see " + home)
                .atMost(Duration.ofSeconds(20))
                .until(() -> listens(port));
        return new Nginx(process, port);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The process that does the work. */
    public long worker() {
        return process.children().findFirst().orElseThrow().pid();
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        process.onExit().join();
    }
}
