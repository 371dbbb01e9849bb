package dev.caravan.worker.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.Progress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Reads and writes the records of this service's store routes. */
final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    /** Bytes of a request record; names and digests need far less. */
    private static final int MAX_REQUEST_BYTES = 1024 * 1024;

    private Answers() {}

    /** The request's record, an {@code INVALID_REQUEST} where the body is none. */
    static <T> Mono<T> read(ServerRequest request, Class<T> type) {
        return DataBufferUtils.join(request.body(BodyExtractors.toDataBuffers()), MAX_REQUEST_BYTES)
                .map(
                        buffer -> {
                            byte[] bytes = new byte[buffer.readableByteCount()];
                            buffer.read(bytes);
                            DataBufferUtils.release(buffer);
                            return bytes;
                        })
                .map(bytes -> WireJson.mapper().readValue(bytes, type))
                .switchIfEmpty(Mono.error(() -> invalid("request body: absent (expected: JSON)")))
                .onErrorMap(
                        JacksonException.class,
                        broken -> invalid("request body: " + broken.getOriginalMessage()))
                .onErrorMap(
                        DataBufferLimitException.class,
                        _ ->
                                invalid(
                                        "request body: too large (expected: at most %d bytes)"
                                                .formatted(MAX_REQUEST_BYTES)));
    }

    static Mono<ServerResponse> json(Object record) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(WireJson.mapper().writeValueAsBytes(record));
    }

    /** What was asked for goes against what is there. */
    static Mono<ServerResponse> conflict(String text) {
        return ServerResponse.status(HttpStatus.CONFLICT)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        WireJson.mapper()
                                .writeValueAsBytes(
                                        Refusal.of(FaultCode.INVALID_REQUEST.name(), text)));
    }

    /** One line a step; a failure is the last of them. */
    static Mono<ServerResponse> steps(Flux<Progress> steps) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_NDJSON)
                .body(
                        BodyInserters.fromDataBuffers(
                                steps.map(Answers::line)
                                        .onErrorResume(failure -> Mono.just(failed(failure)))
                                        .map(Answers::bytes)
                                        .map(DefaultDataBufferFactory.sharedInstance::wrap)));
    }

    private static ProgressLine line(Progress step) {
        return step.layer()
                .map(
                        layer ->
                                new ProgressLine(
                                        step.status(),
                                        layer.digest(),
                                        layer.total(),
                                        layer.completed() == 0 ? null : layer.completed(),
                                        null,
                                        null))
                .orElseGet(() -> ProgressLine.status(step.status()));
    }

    private static ProgressLine failed(Throwable failure) {
        return ProgressLine.error(code(failure).name(), text(failure));
    }

    private static byte[] bytes(ProgressLine line) {
        return (WireJson.mapper().writeValueAsString(line) + "\n").getBytes(UTF_8);
    }

    static Mono<ServerResponse> failure(Throwable failure, ServerRequest request) {
        FaultCode code = code(failure);
        if (code == FaultCode.INTERNAL) {
            log.atError().addKeyValue("path", request.path()).setCause(failure).log("store failed");
        }
        return ServerResponse.status(status(code))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        WireJson.mapper()
                                .writeValueAsBytes(Refusal.of(code.name(), text(failure))));
    }

    private static FaultCode code(Throwable failure) {
        return failure instanceof CaravanException fault ? fault.code() : FaultCode.INTERNAL;
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static HttpStatus status(FaultCode code) {
        return switch (code) {
            case INVALID_REQUEST -> HttpStatus.BAD_REQUEST;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case MODEL_NOT_FOUND -> HttpStatus.NOT_FOUND;
            case QUEUE_FULL, NO_CAPACITY, BUSY -> HttpStatus.SERVICE_UNAVAILABLE;
            case UPSTREAM_FAILED -> HttpStatus.BAD_GATEWAY;
            case UPSTREAM_TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
            case LOAD_FAILED, INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** The name, an {@code INVALID_REQUEST} where the text is none. */
    static ModelRef name(@Nullable String text) {
        return ModelRef.parse(text == null ? "" : text)
                .orElseThrow(() -> invalid("invalid model name"));
    }

    static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
