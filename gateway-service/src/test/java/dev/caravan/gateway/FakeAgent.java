package dev.caravan.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.Frame;
import dev.caravan.wire.FrameCodec;
import dev.caravan.wire.KeepAliveMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.WireJson;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An agent over real HTTP that counts what reaches it and answers as a test says. */
final class FakeAgent implements AutoCloseable {

    static final String TOKEN = "a-token-for-tests";

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final FrameCodec CODEC = new FrameCodec();

    final String id;
    final int slots;
    final List<RunMessage> runs = new CopyOnWriteArrayList<>();
    final List<KeepAliveMessage> keepAlives = new CopyOnWriteArrayList<>();
    final AtomicInteger active = new AtomicInteger();
    final AtomicInteger mostActive = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();

    private final DisposableServer server;
    private final Sinks.Many<SlotsLine> loads = Sinks.many().replay().latest();
    private volatile Function<RunMessage, Flux<Frame>> answer = run -> reply("Hello", " world");
    private volatile Function<RunMessage, @Nullable Refusal> refusal = run -> null;
    private volatile boolean unloaded;

    FakeAgent(int slots) {
        this.id = "agent-%04d".formatted(COUNT.incrementAndGet());
        this.slots = slots;
        this.server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .route(
                                routes ->
                                        routes.post(Routes.RUN, guarded(this::run))
                                                .post(Routes.KEEP_ALIVE, guarded(this::keep))
                                                .get(Routes.SLOTS, guarded(this::slots)))
                        .bindNow();
    }

    /** Head, one piece for each text, the end. */
    static Flux<Frame> reply(String... texts) {
        return Flux.concat(
                Mono.just(head()),
                Flux.fromArray(texts)
                        .index((index, text) -> new Frame.Piece(index, text, new int[] {1}, true)),
                Mono.just(end(texts.length)));
    }

    static Frame head() {
        return new Frame.Head("b1", "replica", 7, 5, List.of(1, 2, 3, 4, 5), null);
    }

    static Frame piece(long sequence, String text) {
        return new Frame.Piece(sequence, text, new int[] {1}, true);
    }

    static Frame end(int tokens) {
        return new Frame.End("stop", 5, 0, 1.5, tokens, 2.25);
    }

    void answers(Function<RunMessage, Flux<Frame>> frames) {
        answer = frames;
    }

    /** Null lets the run through. */
    void refuses(Function<RunMessage, @Nullable Refusal> why) {
        refusal = why;
    }

    /** Its replica is gone, which the view does not say yet. */
    void unloads() {
        unloaded = true;
    }

    String replica() {
        return "replica-of-" + id;
    }

    ClusterViewMessage.Agent inView() {
        return new ClusterViewMessage.Agent(id, "host", address(), "READY");
    }

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    private interface Handler {
        Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response);
    }

    private static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> guarded(
            Handler handler) {
        return (request, response) ->
                ("Bearer " + TOKEN).equals(request.requestHeaders().get("Authorization"))
                        ? handler.handle(request, response)
                        : response.status(401).send();
    }

    private Publisher<Void> run(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .flatMapMany(
                        body ->
                                answer(
                                        WireJson.mapper().readValue(body, RunMessage.class),
                                        response));
    }

    private Publisher<Void> answer(RunMessage run, HttpServerResponse response) {
        @Nullable Refusal said = refusal.apply(run);
        int before = active.getAndUpdate(now -> said == null && now < slots ? now + 1 : now);
        if (said != null || before >= slots) {
            refused.incrementAndGet();
            Refusal why = said != null ? said : new Refusal("BUSY", "no free slot", load());
            return response.status(why.code().equals("MODEL_NOT_FOUND") ? 404 : 503)
                    .sendByteArray(Mono.just(WireJson.mapper().writeValueAsBytes(why)));
        }
        mostActive.accumulateAndGet(active.get(), Math::max);
        runs.add(run);
        tell();
        AtomicInteger once = new AtomicInteger();
        return response.header("Content-Type", "application/x-ndjson")
                .send(
                        answer.apply(run)
                                .map(frame -> Unpooled.wrappedBuffer(CODEC.encode(frame)))
                                .doOnCancel(
                                        () -> {
                                            if (once.getAndIncrement() == 0) {
                                                cancelled.incrementAndGet();
                                                freed();
                                            }
                                        })
                                .doOnTerminate(
                                        () -> {
                                            if (once.getAndIncrement() == 0) {
                                                freed();
                                            }
                                        }),
                        flushed -> true);
    }

    private void freed() {
        active.decrementAndGet();
        tell();
    }

    private ReplicaLoad load() {
        return new ReplicaLoad(replica(), active.get(), slots, 0, 0);
    }

    private synchronized void tell() {
        loads.tryEmitNext(new SlotsLine(SlotsLine.CHANGE, id, List.of(load())));
    }

    private Publisher<Void> keep(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asByteArray()
                .doOnNext(
                        body ->
                                keepAlives.add(
                                        WireJson.mapper().readValue(body, KeepAliveMessage.class)))
                .then(response.status(unloaded ? 404 : 204).send().then());
    }

    private Publisher<Void> slots(HttpServerRequest request, HttpServerResponse response) {
        Flux<SlotsLine> lines =
                Flux.concat(
                        Flux.just(new SlotsLine(SlotsLine.SNAPSHOT, id, List.of(load()))),
                        loads.asFlux());
        return response.send(
                lines.map(
                        line ->
                                Unpooled.copiedBuffer(
                                        WireJson.mapper().writeValueAsString(line) + "\n", UTF_8)),
                flushed -> true);
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
