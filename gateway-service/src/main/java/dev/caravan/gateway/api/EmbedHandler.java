package dev.caravan.gateway.api;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.app.ModelLifecycle;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.dialect.ollama.EmbedAnswer;
import dev.caravan.gateway.dialect.ollama.EmbedCall;
import dev.caravan.gateway.dialect.ollama.EmbedReader;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.OllamaJson;
import dev.caravan.gateway.dialect.ollama.UnitVectors;
import dev.caravan.gateway.stream.Embeddings;
import dev.caravan.gateway.stream.Embeddings.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Function;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Answers the two routes that make vectors of texts. */
public final class EmbedHandler {

    private static final int FAILED_ON_THE_OLDER_ROUTE = 500;

    private final Admittance admittance;
    private final EmbedReader calls;
    private final Views views;
    private final Embeddings embeddings;
    private final ModelLifecycle models;
    private final Draining draining;

    public EmbedHandler(
            Admittance admittance,
            EmbedReader calls,
            Views views,
            Embeddings embeddings,
            ModelLifecycle models,
            Draining draining) {
        this.admittance = admittance;
        this.calls = calls;
        this.views = views;
        this.embeddings = embeddings;
        this.models = models;
        this.draining = draining;
    }

    Mono<ServerResponse> embed(ServerRequest request) {
        return handle("EmbedRequest", this::embed);
    }

    Mono<ServerResponse> embeddings(ServerRequest request) {
        return handle("EmbeddingRequest", this::embeddings);
    }

    private interface Route {
        Mono<Object> answer(GoObject body, String requestId);
    }

    private Mono<ServerResponse> handle(String type, Route route) {
        return ServerResponse.ok()
                .build(
                        (exchange, _) ->
                                Replies.settle(
                                        exchange.getResponse(), answer(exchange, type, route)));
    }

    private Mono<Void> answer(ServerWebExchange exchange, String type, Route route) {
        Replies replies = new Replies(exchange.getResponse());
        return admittance
                .body(exchange, type, "embeddings")
                .flatMap(
                        body ->
                                replies.untilClosed(
                                        replies.whole(
                                                Whole.JSON,
                                                draining.bounded(
                                                                route.answer(
                                                                        body,
                                                                        RequestIds.of(exchange)))
                                                        .map(EmbedHandler::bytes))));
    }

    private static ByteBuf bytes(Object answer) {
        return Unpooled.wrappedBuffer(OllamaJson.bytes(answer));
    }

    private Mono<Object> embed(GoObject body, String requestId) {
        EmbedCall call = calls.embed(body, views.current(), requestId);
        String model = call.sentModel();
        return vectors(
                call,
                EmbedAnswer.loaded(model),
                vectors ->
                        new EmbedAnswer(
                                model,
                                vectors.values().stream()
                                        .map(each -> UnitVectors.of(each, call.dimensions()))
                                        .toList(),
                                vectors.total().toNanos(),
                                vectors.load().toNanos(),
                                vectors.tokens()));
    }

    private Mono<Object> embeddings(GoObject body, String requestId) {
        EmbedCall call = calls.embeddings(body, views.current(), requestId);
        return vectors(
                        call,
                        new EmbedAnswer.Single(new float[0]),
                        vectors -> new EmbedAnswer.Single(vectors.values().getFirst()))
                .onErrorMap(EngineRefusal.class, EmbedHandler::older);
    }

    private static EngineRefusal older(EngineRefusal refusal) {
        return new EngineRefusal(FAILED_ON_THE_OLDER_ROUTE, String.valueOf(refusal.getMessage()));
    }

    private Mono<Object> vectors(EmbedCall call, Object loaded, Function<Vectors, Object> answer) {
        RunRequest load = call.request();
        return call.texts().isEmpty()
                ? models.load(load).thenReturn(loaded)
                : embeddings.of(call.requests()).map(answer);
    }
}
