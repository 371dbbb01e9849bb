package dev.caravan.worker.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class SlowClientsTest {

    /** About three frames. */
    private static final int CHUNK = 256;

    private static final int READ = 64 * 1024;

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final DisposableServer server =
            SlowClients.cutAfter(HttpServer.create(), Duration.ofMillis(300))
                    .host("127.0.0.1")
                    .port(0)
                    .handle(
                            (_, response) ->
                                    response.sendByteArray(
                                            Flux.<byte[]>generate(
                                                            sink -> sink.next(new byte[CHUNK]))
                                                    .doOnCancel(cancelled::countDown)))
                    .bindNow();

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    private Socket ask() throws IOException {
        Socket client = new Socket();
        client.connect(new InetSocketAddress("127.0.0.1", server.port()));
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
        return client;
    }

    @Test
    void cutsOffAClientThatTakesNothing() throws Exception {
        try (Socket client = ask()) {
            assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void servesAClientThatTakesItsTime() throws Exception {
        try (Socket client = ask()) {
            InputStream answer = client.getInputStream();
            for (int i = 0; i < 40; i++) {
                assertThat(answer.readNBytes(READ)).hasSize(READ);
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(cancelled.getCount()).isEqualTo(1);
        }
    }
}
