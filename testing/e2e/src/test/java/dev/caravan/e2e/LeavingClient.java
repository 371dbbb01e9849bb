package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import tools.jackson.databind.JsonNode;

/** A client that sends a request on its own connection and then simply goes away. */
final class LeavingClient implements AutoCloseable {

    private final Socket socket;

    LeavingClient(URI base, String path, JsonNode body) throws IOException {
        socket = new Socket(base.getHost(), base.getPort());
        byte[] bytes = body.toString().getBytes(UTF_8);
        socket.getOutputStream()
                .write(
                        ("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n"
                                        .formatted(path, base.getAuthority(), bytes.length))
                                .getBytes(UTF_8));
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Blocks until the first byte of the answer. */
    void awaitFirstByte() throws IOException {
        if (socket.getInputStream().read() < 0) {
            throw new IOException("closed before the first byte");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
