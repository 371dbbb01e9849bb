package dev.caravan.gateway;

import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.UnloadMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A scheduler over real HTTP that keeps what it was asked and answers as a test says. */
final class FakeScheduler implements AutoCloseable {

    final List<LoadMessage> loads = new CopyOnWriteArrayList<>();
    final List<UnloadMessage> unloads = new CopyOnWriteArrayList<>();

    /** Queries of plans and policies, and policies that were put, as they came. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final DisposableServer server;
    private volatile int splitStatus = 200;
    private volatile String splitAnswer = "{}";
    private volatile Function<LoadMessage, Mono<LoadAnswer>> answer = message -> Mono.never();

    FakeScheduler() {
        server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .route(
                                routes ->
                                        routes.post(
                                                        Routes.LOADS,
                                                        (request, response) ->
                                                                request.receive()
                                                                        .aggregate()
                                                                        .asByteArray()
                                                                        .flatMapMany(
                                                                                body ->
                                                                                        load(
                                                                                                body,
                                                                                                response)))
                                                .get(Routes.PLAN + "**", this::split)
                                                .get(Routes.POLICY + "**", this::split)
                                                .put(Routes.POLICY, this::split)
                                                .post(
                                                        Routes.UNLOADS,
                                                        (request, response) ->
                                                                request.receive()
                                                                        .aggregate()
                                                                        .asByteArray()
                                                                        .doOnNext(this::unload)
                                                                        .thenMany(
                                                                                response.status(204)
                                                                                        .send())))
                        .bindNow();
    }

    /** What it says to plans and policies. */
    void answersSplits(int status, String json) {
        splitStatus = status;
        splitAnswer = json;
    }

    private Publisher<Void> split(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asString()
                .defaultIfEmpty("")
                .flatMap(
                        body -> {
                            asked.add(request.uri() + body);
                            return response.status(splitStatus)
                                    .header("Content-Type", "application/json")
                                    .sendString(Mono.just(splitAnswer))
                                    .then();
                        });
    }

    /** An empty answer is that of one that does not lead. */
    void answers(Function<LoadMessage, Mono<LoadAnswer>> loadAnswer) {
        answer = loadAnswer;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    private Publisher<Void> load(byte[] body, HttpServerResponse response) {
        LoadMessage message = WireJson.mapper().readValue(body, LoadMessage.class);
        loads.add(message);
        return answer.apply(message)
                .<byte[]>map(WireJson.mapper()::writeValueAsBytes)
                .flatMap(
                        answered ->
                                response.header("Content-Type", "application/json")
                                        .sendByteArray(Mono.just(answered))
                                        .then()
                                        .thenReturn(true))
                .switchIfEmpty(
                        Mono.defer(
                                () ->
                                        response.status(503)
                                                .header("Content-Type", "application/json")
                                                .sendByteArray(
                                                        Mono.just(
                                                                WireJson.mapper()
                                                                        .writeValueAsBytes(
                                                                                Refusal.of(
                                                                                        "NO_CAPACITY",
                                                                                        "scheduler x is not the leader"))))
                                                .then()
                                                .thenReturn(true)))
                .then();
    }

    private void unload(byte[] body) {
        unloads.add(WireJson.mapper().readValue(body, UnloadMessage.class));
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
