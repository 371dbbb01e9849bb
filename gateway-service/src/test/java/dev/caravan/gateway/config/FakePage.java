package dev.caravan.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A health service as far as the page goes: it notes each request and streams on demand. */
final class FakePage implements AutoCloseable {

    record Seen(String method, String path, String authorization, String cookie) {}

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final AtomicInteger streams = new AtomicInteger();
    final Sinks.Many<String> events = Sinks.many().multicast().directBestEffort();
    private final DisposableServer server =
            HttpServer.create().host("127.0.0.1").port(0).handle(this::answer).bindNow();

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        seen.add(
                new Seen(
                        request.method().name(),
                        request.uri(),
                        String.valueOf(request.requestHeaders().get("Authorization")),
                        String.valueOf(request.requestHeaders().get("Cookie"))));
        if (!request.uri().equals("/cluster/events")) {
            return response.header("Content-Type", "text/html")
                    .header("Content-Security-Policy", "default-src 'none'")
                    .sendString(Mono.just("page " + request.uri()));
        }
        return response.sse()
                .sendGroups(
                        Flux.concat(Mono.just("first"), events.asFlux())
                                .doOnSubscribe(_ -> streams.incrementAndGet())
                                .doFinally(_ -> streams.decrementAndGet())
                                .map(
                                        text ->
                                                Mono.just(
                                                        response.alloc()
                                                                .buffer()
                                                                .writeBytes(event(text)))));
    }

    private static byte[] event(String text) {
        return ("data: " + text + "\n\n").getBytes(UTF_8);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
