package dev.caravan.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.ShowQuery;
import dev.caravan.wire.WireJson;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * A neighbour over real HTTP: an agent's store, or a service that answers one record. One in a
 * static field stays until the JVM ends: its class may run again, in the context that Spring keeps
 * with the neighbour's address.
 */
final class FakeNeighbour implements AutoCloseable {

    static final String AUTHORIZATION = "Bearer test-token";

    private final DisposableServer server;
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final Map<String, ShowMessage> models = new ConcurrentHashMap<>();
    final List<CreateMessage> created = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final Map<String, Reaction> verbs = new ConcurrentHashMap<>();
    volatile Consumer<String> onCall = _ -> {};
    final AtomicLong received = new AtomicLong();
    final AtomicInteger brokenOff = new AtomicInteger();
    volatile @Nullable AgentReport report;
    volatile List<ProgressLine> steps = List.of(ProgressLine.status("success"));
    volatile Consumer<CreateMessage> onCreate = _ -> {};

    /** What an agent does when it is asked for one of the transfer verbs. */
    sealed interface Reaction {}

    record Done() implements Reaction {}

    record Refuses(int status, String code, String error) implements Reaction {}

    record Tells(List<ProgressLine> lines) implements Reaction {
        Tells {
            lines = List.copyOf(lines);
        }
    }

    private FakeNeighbour(Consumer<HttpServerRoutes> routes, FakeNeighbour @Nullable [] self) {
        if (self != null) {
            self[0] = this;
        }
        server = HttpServer.create().host("127.0.0.1").port(0).route(routes).bindNow();
    }

    /**
     * @param record what it answers; empty: it drops the connection
     */
    static FakeNeighbour answering(String path, Supplier<Optional<Object>> record) {
        return new FakeNeighbour(
                routes ->
                        routes.get(
                                path,
                                (request, response) ->
                                        guarded(
                                                request,
                                                response,
                                                () ->
                                                        record.get()
                                                                .map(found -> json(response, found))
                                                                .orElseGet(() -> drop(response)))),
                null);
    }

    private static Publisher<Void> drop(HttpServerResponse response) {
        response.withConnection(connection -> connection.dispose());
        return Mono.never();
    }

    static FakeNeighbour agent() {
        FakeNeighbour[] self = new FakeNeighbour[1];
        return new FakeNeighbour(
                routes ->
                        routes.get(
                                        Routes.REPORT,
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> json(response, self[0].theReport())))
                                .head(
                                        Routes.BLOB,
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> self[0].head(request, response)))
                                .post(
                                        Routes.BLOB,
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> self[0].take(request, response)))
                                .post(
                                        Routes.CREATE,
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> self[0].create(request, response)))
                                .post(
                                        Routes.SHOW,
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> self[0].show(request, response)))
                                .post(
                                        "/internal/v1/models/{verb}",
                                        (request, response) ->
                                                guarded(
                                                        request,
                                                        response,
                                                        () -> self[0].verb(request, response))),
                self);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    @Override
    public void close() {
        server.disposeNow();
    }

    private static Publisher<Void> guarded(
            HttpServerRequest request,
            HttpServerResponse response,
            Supplier<Publisher<Void>> answer) {
        return AUTHORIZATION.equals(request.requestHeaders().get("Authorization"))
                ? answer.get()
                : response.status(401).send();
    }

    private static Publisher<Void> json(HttpServerResponse response, Object record) {
        return response.header("Content-Type", "application/json")
                .sendByteArray(Mono.just(WireJson.mapper().writeValueAsBytes(record)));
    }

    private static Publisher<Void> refuse(
            HttpServerResponse response, int status, String code, String error) {
        return json(response.status(status), Refusal.of(code, error));
    }

    private AgentReport theReport() {
        AgentReport known = report;
        if (known == null) {
            throw new IllegalStateException("this test gave the agent no report");
        }
        return known;
    }

    private Publisher<Void> head(HttpServerRequest request, HttpServerResponse response) {
        return response.status(blobs.containsKey(request.param("digest")) ? 200 : 404).send();
    }

    private Publisher<Void> take(HttpServerRequest request, HttpServerResponse response) {
        String digest = String.valueOf(request.param("digest"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return request.receive()
                .asByteArray()
                .doOnNext(
                        piece -> {
                            received.addAndGet(piece.length);
                            bytes.writeBytes(piece);
                        })
                .doOnError(_ -> brokenOff.incrementAndGet())
                .then(
                        Mono.defer(
                                () -> {
                                    String got = "sha256:" + sha256(bytes.toByteArray());
                                    if (!got.equals(digest)) {
                                        return Mono.from(
                                                refuse(
                                                        response,
                                                        400,
                                                        "INVALID_REQUEST",
                                                        "digest mismatch, expected \"%s\", got \"%s\""
                                                                .formatted(digest, got)));
                                    }
                                    blobs.put(digest, bytes.toByteArray());
                                    return Mono.from(response.status(201).send());
                                }));
    }

    private Publisher<Void> create(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .flatMap(
                        body -> {
                            CreateMessage message =
                                    WireJson.mapper().readValue(body, CreateMessage.class);
                            created.add(message);
                            onCreate.accept(message);
                            return Mono.from(
                                    response.header("Content-Type", "application/x-ndjson")
                                            .sendByteArray(
                                                    Flux.fromIterable(steps)
                                                            .map(FakeNeighbour::line)));
                        });
    }

    private Publisher<Void> show(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .flatMap(
                        body -> {
                            ShowQuery query = WireJson.mapper().readValue(body, ShowQuery.class);
                            ShowMessage model = models.get(query.name());
                            return Mono.from(
                                    model == null
                                            ? refuse(
                                                    response,
                                                    404,
                                                    "MODEL_NOT_FOUND",
                                                    "model '" + query.name() + "' not found")
                                            : json(response, model));
                        });
    }

    private Publisher<Void> verb(HttpServerRequest request, HttpServerResponse response) {
        String verb = String.valueOf(request.param("verb"));
        return request.receive()
                .aggregate()
                .asString()
                .flatMap(
                        body -> {
                            calls.add(verb + " " + body);
                            onCall.accept(verb);
                            return Mono.from(
                                    switch (verbs.getOrDefault(verb, new Done())) {
                                        case Done _ -> response.status(204).send();
                                        case Refuses(int status, String code, String error) ->
                                                refuse(response, status, code, error);
                                        case Tells(List<ProgressLine> lines) ->
                                                response.header(
                                                                "Content-Type",
                                                                "application/x-ndjson")
                                                        .sendByteArray(
                                                                Flux.fromIterable(lines)
                                                                        .map(FakeNeighbour::line));
                                    });
                        });
    }

    private static byte[] line(ProgressLine line) {
        return (WireJson.mapper().writeValueAsString(line) + "\n").getBytes(UTF_8);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
