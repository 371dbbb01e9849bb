package dev.caravan.gateway.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.gateway.dialect.ollama.OllamaErrors;
import dev.caravan.gateway.dialect.ollama.OllamaJson;
import dev.caravan.gateway.dialect.ollama.ProgressShape;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The steps of a long verb: one line each, or only the last of them. */
final class ProgressAnswer {

    private static final String NDJSON = "application/x-ndjson";

    /** Ollama names no character set where it answers for a stream that was not wished for. */
    private static final String BARE_JSON = "application/json";

    private ProgressAnswer() {}

    static Mono<ServerResponse> of(Flux<ProgressShape> steps, boolean stream) {
        return stream
                ? ServerResponse.ok()
                        .header(HttpHeaders.CONTENT_TYPE, NDJSON)
                        .body(BodyInserters.fromDataBuffers(lines(steps)))
                : steps.last()
                        .flatMap(last -> Whole.bytes(BARE_JSON, OllamaJson.bytes(last)))
                        .onErrorResume(CaravanException.class, ProgressAnswer::failed);
    }

    /** What was refused before the first step. */
    static Mono<ServerResponse> failed(CaravanException failure) {
        return ServerResponse.status(Replies.status(failure))
                .header(HttpHeaders.CONTENT_TYPE, BARE_JSON)
                .bodyValue(OllamaErrors.body(text(failure)));
    }

    /** A failure before the first line keeps its status; one after it becomes the last line. */
    private static Flux<DataBuffer> lines(Flux<ProgressShape> steps) {
        return steps.map(OllamaJson::bytes)
                .switchOnFirst(
                        (first, all) ->
                                first.isOnError()
                                        ? all
                                        : all.onErrorResume(
                                                failure ->
                                                        Mono.just(
                                                                OllamaErrors.body(text(failure)))))
                .map(ProgressAnswer::line);
    }

    private static DataBuffer line(byte[] json) {
        DataBuffer line = DefaultDataBufferFactory.sharedInstance.allocateBuffer(json.length + 1);
        return line.write(json).write((byte) '\n');
    }

    static String text(Throwable failure) {
        return failure instanceof CaravanException
                ? String.valueOf(failure.getMessage())
                : failure.toString();
    }
}
