package dev.caravan.gateway.api;

import dev.caravan.gateway.app.ModelLifecycle;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.dialect.ollama.AnswerWriter;
import dev.caravan.gateway.dialect.ollama.CallReader;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.InferenceCall;
import dev.caravan.gateway.stream.Answers;
import io.netty.buffer.ByteBuf;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes a request to generate or chat from its body to the last byte of its answer. */
public final class InferenceHandler {

    private static final String NDJSON = "application/x-ndjson";
    private static final String JSON = "application/json; charset=utf-8";

    private final Admittance admittance;
    private final CallReader calls;
    private final Views views;
    private final Answers answers;
    private final ModelLifecycle models;
    private final AnswerWriter.Factory writers;
    private final Heartbeats heartbeats;
    private final Draining draining;

    public InferenceHandler(
            Admittance admittance,
            CallReader calls,
            Views views,
            Answers answers,
            ModelLifecycle models,
            AnswerWriter.Factory writers,
            Heartbeats heartbeats,
            Draining draining) {
        this.admittance = admittance;
        this.calls = calls;
        this.views = views;
        this.answers = answers;
        this.models = models;
        this.writers = writers;
        this.heartbeats = heartbeats;
        this.draining = draining;
    }

    Mono<ServerResponse> handle(ServerRequest request, Verb verb) {
        return ServerResponse.ok()
                .build(
                        (exchange, context) ->
                                Replies.settle(exchange.getResponse(), answer(exchange, verb)));
    }

    private Mono<Void> answer(ServerWebExchange exchange, Verb verb) {
        Replies replies = new Replies(exchange.getResponse());
        return admittance
                .body(exchange, verb.body(), verb.operation())
                .flatMap(
                        body -> {
                            replies.wished(body.flag("stream").orElse(true) ? NDJSON : JSON);
                            return replies.untilClosed(perform(replies, exchange, verb, body));
                        });
    }

    private Mono<Void> perform(
            Replies replies, ServerWebExchange exchange, Verb verb, GoObject body) {
        String id = RequestIds.of(exchange);
        InferenceCall call =
                switch (verb) {
                    case GENERATE -> calls.generate(body, views.current(), id);
                    case CHAT -> calls.chat(body, views.current(), id);
                };
        AnswerWriter writer = writers.create(replies.allocator(), verb.form(), call.sentModel());
        return switch (call.intent()) {
            case ANSWER ->
                    call.stream()
                            ? replies.stream(NDJSON, streamed(call, verb, writer))
                            : replies.whole(JSON, whole(replies, call, verb, writer));
            case RENDER -> replies.whole(JSON, whole(replies, call, verb, writer));
            case LOAD ->
                    replies.whole(
                            JSON,
                            models.load(call.request())
                                    .then(Mono.fromSupplier(() -> writer.empty("load"))));
            case UNLOAD ->
                    replies.whole(
                            JSON,
                            models.unload(call.request())
                                    .then(Mono.fromSupplier(() -> writer.empty("unload"))));
        };
    }

    private Flux<ByteBuf> streamed(InferenceCall call, Verb verb, AnswerWriter writer) {
        return Flux.defer(
                () -> {
                    AnswerLines lines = new AnswerLines(writer);
                    return heartbeats
                            .beside(answer(call, verb).handle(lines::render), lines::heartbeat)
                            .onErrorResume(lines::end);
                });
    }

    private Flux<Answers.Part> answer(InferenceCall call, Verb verb) {
        return draining.bounded(answers.answer(call.request(), verb.operation()));
    }

    private Mono<ByteBuf> whole(
            Replies replies, InferenceCall call, Verb verb, AnswerWriter writer) {
        return answer(call, verb)
                .collect(() -> new WholeAnswer(writer), WholeAnswer::add)
                .doOnNext(answer -> answer.continued().ifPresent(replies::continued))
                .map(WholeAnswer::render);
    }
}
