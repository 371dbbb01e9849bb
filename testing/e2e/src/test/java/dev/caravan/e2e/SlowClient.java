package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Takes 1 KB of its answer each second, from a receive buffer that holds little more. */
final class SlowClient implements Callable<String> {

    private static final int BYTES_A_SECOND = 1024;
    private static final int BUFFER = 4096;
    private static final int PATIENCE_MILLIS = 180_000;

    private final URI base;
    private final String path;
    private final byte[] body;

    SlowClient(URI base, String path, JsonNode body) {
        this.base = base;
        this.path = path;
        this.body = body.toString().getBytes(UTF_8);
    }

    /** The whole answer, head and framing included. */
    @Override
    public String call() throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(BUFFER);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
            String head =
                    "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                            .formatted(path, base.getAuthority(), body.length);
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(body);
            var answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            for (byte[] part = in.readNBytes(BYTES_A_SECOND);
                    part.length > 0;
                    part = in.readNBytes(BYTES_A_SECOND)) {
                answer.append(new String(part, UTF_8));
                TimeUnit.SECONDS.sleep(1);
            }
            return answer.toString();
        }
    }
}
